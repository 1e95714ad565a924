"""What a school reads about its ECTs and mentors: lists, records, tags, trackers and downloads."""
