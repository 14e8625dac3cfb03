"""The words of blocks, and blocks made by hand."""

from xhht_analysis.publishing.blocks import Block, cell_text


def heading(text: str, level: int = 2) -> Block:
    """Heading of a level."""
    return Block({"kind": "heading", "level": level, "text": text})


def plain_text(content: dict) -> str:
    """Content without markup, one line per row or paragraph."""
    match content["kind"]:
        case "heading":
            return content["text"]
        case "prose":
            return "\n".join(content["paragraphs"]).replace("**", "")
        case "picture":
            return f"{content['caption']}: {content['alt']}"
        case "links":
            return "\n".join(text for text, _ in content["items"])
        case "table":
            rows = [content["columns"], *content["rows"]]
            lines = [" | ".join(cell_text(cell) for cell in row) for row in rows]
            return "\n".join([content["caption"], *lines])
    return ""
