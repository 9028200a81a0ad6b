"""Signed packs on this side: keys, signatures (the extra `signed-packs`), and which versions were accepted before."""
