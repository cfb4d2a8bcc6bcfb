"""The real packages over real HTTP, each run by its own interpreter; `.ci/run` installs them."""
