"""What a scan costs beside other scanners, measured in one run on one machine: `make bench`."""
