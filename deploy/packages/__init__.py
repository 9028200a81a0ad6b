"""Builds what is installed on hosts without network and without Python: tarball, .deb and .rpm (`make packages`)."""
