"""Stories in Chromium, with JavaScript and without."""
