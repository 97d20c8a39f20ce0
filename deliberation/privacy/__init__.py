"""What a person can do about her own data, how it is forgotten, and what the operator has to keep about that."""
