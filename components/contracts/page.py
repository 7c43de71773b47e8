"""How a page of Bessemer looks: one file, light or dark as the reader's screen is, readable on a phone and on paper."""

LOOK = """
:root { color-scheme: light dark; --ink: #1c2733; --soft: #5b6b7b; --line: #d5dae1; --page: #fff; --tint: #f4f6f8;
  --bar: #2b6cb0; --good: #1d7a46; --warn: #a15c07; --bad: #b4443c; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e4e9ee; --soft: #9aa9b8; --line: #35404c; --page: #14191f; --tint: #1c232b;
    --bar: #6fb0ee; --good: #5fcb94; --warn: #e5a54b; --bad: #f0938b; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 62rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
p { margin: .3rem 0; }
.soft { color: var(--soft); font-size: .9rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
"""
"""The style that all pages begin with: colours by what they mean, and the text."""
