"""What only maintainers run: the GPU suite and the checks with each platform's pinned libraries."""
