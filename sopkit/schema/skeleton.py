def skeleton(kind: str, id: str, lang: str) -> str:
    raise NotImplementedError
