"""The Train page: buttons, status, and the run as it is watched."""
