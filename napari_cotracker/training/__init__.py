"""Training the compact network on video that is drawn here, with exact tracks."""
