"""The peers of compiled programs, each in a file: functions from a problem to what is timed."""
