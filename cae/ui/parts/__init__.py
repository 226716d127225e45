"""What several pages show: the canvas, pictures, charts, figures, links, settings."""
