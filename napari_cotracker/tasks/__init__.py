"""What a user can ask for; generators that know neither Qt nor a screen."""
