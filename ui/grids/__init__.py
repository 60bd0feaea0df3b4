"""The grid: model, view, header, painting, conditions."""
