"""Who someone is: sign-up, sign-in, pseudonyms."""
