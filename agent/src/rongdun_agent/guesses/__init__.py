"""What somebody who wants in tries first: common passwords, and what people make of their own names."""
