"""Reports as text, JSON and more: render(report) -> str. Nothing here reads or prints."""
