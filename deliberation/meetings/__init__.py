"""What people say in a room or on paper: groups at tables, and contributions that are typed in afterwards."""
