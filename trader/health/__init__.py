"""What `trader doctor` looks at before anybody trusts the Trader with money."""
