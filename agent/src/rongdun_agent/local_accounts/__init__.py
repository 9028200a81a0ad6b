"""passwd(5), shadow(5), group(5) and what lies in the homes: parsing, apart from reading."""
