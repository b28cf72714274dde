"""What the three flows share: pictures, a font, a clip to work on."""
