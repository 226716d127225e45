"""Runs on a Ray cluster, where ``CAE_RAY_ADDRESS`` names one. Ray need not be installed otherwise."""
