"""Where models lie, a file each: what their revision is now, and how their files come here."""
