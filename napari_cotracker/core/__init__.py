"""The ground: what a video, a query and a track are. numpy only."""
