"""The default map keeps its promises."""
