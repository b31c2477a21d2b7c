"""Rules about what can be read as YAML and yet not as one clear meaning: keys, numbers, aliases, bounds."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.text import Phrase

DUPLICATE_KEY: Final = Rule(
    code="SOP040",
    name="duplicate-key",
    severity=Severity.ERROR,
    summary=Phrase("同一处写了两次同样的键", "a key that stands twice in one place"),
    message=Phrase("“{key}”在同一处写了两次", "`{key}` stands twice in the same place"),
    why=Phrase("只有一个会生效，而看的人不知道是哪一个。", "Only one of them can hold, and nobody can see which."),
    fix=Phrase("删掉一个，或者改名", "take one out or rename it"),
    bad="id: welcome\nowner: guide\nowner: editor\n",
    good="id: welcome\nowner: guide\n",
)
MISSING_DOCUMENT_MARK: Final = Rule(
    code="SOP037",
    name="missing-document-mark",
    severity=Severity.ERROR,
    summary=Phrase("两份文档之间少了一行 ---", "two documents with no `---` between them"),
    message=Phrase(
        "两份文档之间要有一行 ---：{found}",
        "two documents need a line `---` between them: {found}",
    ),
    why=Phrase(
        "没有这一行，两份文档混成一份，都读不对。",
        "Without that line both are taken for one document, and neither is read.",
    ),
    fix=Phrase(
        "两份文档之间单独写一行三个英文短横线 ---，前面不留空格；如果这里不是另一份文档，{otherwise}",
        "between two documents write a line of three plain hyphens, `---`, with no space before it; "
        "if no other document begins here, {otherwise}",
    ),
    bad="kind: catalog\ntags: {vip: {title: 贵宾}}\n\nkind: catalog\nroles: {guide: {title: 导购}}\n",
    good="kind: catalog\ntags: {vip: {title: 贵宾}}\n---\nkind: catalog\nroles: {guide: {title: 导购}}\n",
)
PUT_MARK: Final = Phrase("在前面加一行 ---", "put a line `---` before it")
COMPLEX_KEY: Final = Rule(
    code="SOP041",
    name="complex-key",
    severity=Severity.ERROR,
    summary=Phrase("键不是一个词", "a key that is no word"),
    message=Phrase("这里的键是列表或键值，键只能是一个词", "this key is a list or a mapping; a key is a single word"),
    why=Phrase("多半是一段带括号的文字没有加引号。", "Most often it is a text with brackets that lacks its quotes."),
    fix=Phrase("如果它是文字，请给整段加引号", "if it is a text, quote all of it"),
    bad="{首单礼}: 10 CNY\n",
    good="first-benefit: 10 CNY\n",
)
EMPTY_KEY: Final = Rule(
    code="SOP042",
    name="empty-key",
    severity=Severity.ERROR,
    summary=Phrase("冒号前面没有键", "a colon with no key before it"),
    message=Phrase("冒号前面没有键", "there is no key before this colon"),
    why=Phrase("没有键，就不知道这个值是给谁的。", "Without a key nobody knows what the value is for."),
    fix=Phrase(
        "在冒号前面写上键；如果冒号是文字，请加引号", "write the key before the colon; if the colon is text, quote it"
    ),
    bad="id: welcome\n: guide\n",
    good="id: welcome\nowner: guide\n",
)
AMBIGUOUS_NUMBER: Final = Rule(
    code="SOP043",
    name="ambiguous-number",
    severity=Severity.ERROR,
    summary=Phrase("数字有歧义", "a number that can be read in two ways"),
    message=Phrase(
        "“{number}”有歧义：不同软件会读成不同的数，或者丢掉几位",
        "`{number}` is read as different numbers by different programs, or loses digits",
    ),
    why=Phrase(
        "开头的 0、带 e 的写法和超过 15 位的数字，各个软件处理不一样。",
        "Programs differ on leading zeros, on `e` in a number, and on more than 15 digits.",
    ),
    fix=Phrase(
        '编号和代码请加引号："{number}"；真是数字就换个普通写法',
        'quote it if it is a code: "{number}"; if it is a number, write it plainly',
    ),
    bad="version: 010\n",
    good='version: "010"\n',
)
UNKNOWN_ALIAS: Final = Rule(
    code="SOP050",
    name="unknown-alias",
    severity=Severity.ERROR,
    summary=Phrase("引用了没有定义的锚点", "an alias with no anchor"),
    message=Phrase(
        "“*{name}”引用的“&{name}”在前面没有出现过", "`*{name}` refers to `&{name}`, which does not stand before it"
    ),
    why=Phrase(
        "值以 * 开头，YAML 会去找前面同名的 & 标记。",
        "To YAML a value that begins with `*` repeats what was marked with `&` before.",
    ),
    fix=Phrase(
        '如果是文字，请加引号："*{name}"；如果要复用，先在前面写 &{name}',
        'if it is text, quote it: "*{name}"; to repeat something, mark it with &{name} first',
    ),
    bad="title: *hot\n",
    good='title: "*hot"\n',
)
RECURSIVE_ALIAS: Final = Rule(
    code="SOP051",
    name="recursive-alias",
    severity=Severity.ERROR,
    summary=Phrase("引用了自己", "an alias to what it stands in"),
    message=Phrase(
        "“*{name}”写在“&{name}”自己里面，会没完没了", "`*{name}` stands inside `&{name}` itself and would never end"
    ),
    why=Phrase("自己包含自己的内容没法展开。", "What holds itself can't be written out."),
    fix=Phrase("去掉这个引用，直接写出内容", "take the alias out and write what is meant"),
    bad="steps: &all\n  - {do: 电话欢迎}\n  - *all\n",
    good="steps:\n  - {do: 电话欢迎}\n",
)
DUPLICATE_ANCHOR: Final = Rule(
    code="SOP052",
    name="duplicate-anchor",
    severity=Severity.ERROR,
    summary=Phrase("两处用了同一个锚点名", "two anchors of one name"),
    message=Phrase("“&{name}”用了两次", "`&{name}` is used twice"),
    why=Phrase("后面引用它的地方，看不出指的是哪一处。", "Nobody can see which of them a later `*` repeats."),
    fix=Phrase("给其中一个换个名字", "rename one of them"),
    bad="a: &hours mon-fri 09:00-18:00\nb: &hours mon-sun 10:00-22:00\n",
    good="a: &office mon-fri 09:00-18:00\nb: &shop mon-sun 10:00-22:00\nc: *office\nd: *shop\n",
)
MERGED_NON_MAPPING: Final = Rule(
    code="SOP053",
    name="merged-non-mapping",
    severity=Severity.ERROR,
    summary=Phrase("<< 后面不是一组键值", "`<<` with something else than a mapping"),
    message=Phrase("“<<”只能并入一组键值", "`<<` can only take in a mapping"),
    why=Phrase("文字和数字没有键，没法并进来。", "A text or a number has no keys that could be taken in."),
    fix=Phrase("写成 <<: *名字，并且“&名字”标在一组键值上", "write <<: *name, with `&name` on a mapping"),
    bad="guide:\n  <<: shop\n  title: 导购\n",
    good="guide:\n  <<: {of: shop}\n  title: 导购\n",
)
TAG: Final = Rule(
    code="SOP054",
    name="tag",
    severity=Severity.ERROR,
    summary=Phrase("用了 YAML 标签", "a YAML tag"),
    message=Phrase(
        "“{tag}”会被当成 YAML 标签，这里不支持", "`{tag}` is taken for a YAML tag, and tags are not allowed"
    ),
    why=Phrase(
        "标签能让读文件的程序执行别的操作；值以 ! 开头就会被当成标签。",
        "Tags can make a program do things while reading; any value that begins with `!` is taken for one.",
    ),
    fix=Phrase("如果是文字，请给整段加引号；否则删掉它", "if it is text, quote all of it; else take it out"),
    bad="title: !hot 今晚开播\n",
    good='title: "!hot 今晚开播"\n',
)
DIRECTIVE: Final = Rule(
    code="SOP057",
    name="directive",
    severity=Severity.ERROR,
    summary=Phrase("用了 YAML 指令", "a YAML directive"),
    message=Phrase("“{text}”是 YAML 指令，这里不支持", "`{text}` is a YAML directive, and directives are not allowed"),
    why=Phrase(
        "剧本一律按 YAML 1.2 读；换一个版本，同样的字会读成别的值。",
        "Playbooks are read as YAML 1.2; another version reads the same words as other values.",
    ),
    fix=Phrase("删掉这一行", "take the line out"),
    bad="%YAML 1.1\n---\nid: welcome\n",
    good="id: welcome\n",
)
UNUSED_ANCHOR: Final = Rule(
    code="SOP058",
    name="unused-anchor",
    severity=Severity.ERROR,
    summary=Phrase("文字开头的 & 会丢掉一截", "a text that loses its start to a `&`"),
    message=Phrase(
        "“&{name}”会被当成锚点，从文字里消失，而后面没有引用它",
        "`&{name}` is taken for an anchor and lost from the text, and no `*{name}` repeats it",
    ),
    why=Phrase(
        "值以 & 开头，YAML 会把第一个词当成记号，不算文字。",
        "To YAML the first word of a value that begins with `&` is a mark, and no text.",
    ),
    fix=Phrase("如果是文字，请给整段加引号；否则删掉它", "if it is text, quote all of it; else take it out"),
    bad="title: &new 今晚开播\n",
    good='title: "&new 今晚开播"\n',
)
TOO_MANY_COPIES: Final = Rule(
    code="SOP055",
    name="too-many-copies",
    severity=Severity.ERROR,
    summary=Phrase("引用展开后太大", "aliases that grow too large"),
    message=Phrase(
        "这一份里的引用展开后超过 {limit} 项", "written out, the aliases of this document hold more than {limit} values"
    ),
    why=Phrase("引用套引用会成倍变大，足以让电脑卡死。", "Aliases of aliases multiply until a computer stands still."),
    fix=Phrase("少用引用，直接写出内容", "use fewer aliases and write out what is meant"),
    bad="".join(
        (
            "a: &a [x, x, x, x, x, x, x, x]\n",
            *(f"{b}: &{b} [{', '.join(['*' + a] * 8)}]\n" for a, b in zip("abcde", "bcdef", strict=True)),
        )
    ),
    good="a: &a [x, x]\nb: *a\n",
)
TOO_DEEP: Final = Rule(
    code="SOP056",
    name="too-deep",
    severity=Severity.ERROR,
    summary=Phrase("嵌套太深", "values nested too deeply"),
    message=Phrase("这里嵌套超过了 {limit} 层", "this is nested more than {limit} levels deep"),
    why=Phrase(
        "正常的剧本只有十层左右；这么深多半是括号写错了。",
        "A playbook has some ten levels; this deep, most often a bracket went wrong.",
    ),
    fix=Phrase("检查括号和缩进", "look at the brackets and indents"),
    bad="steps: " + "[" * 60 + "]" * 60 + "\n",
    good="steps: []\n",
)
TOO_MANY_DOCUMENTS: Final = Rule(
    code="SOP059",
    name="too-many-documents",
    severity=Severity.ERROR,
    summary=Phrase("一个文件里的剧本太多", "a file with too many documents"),
    message=Phrase(
        "这个文件用“---”分成了 {limit} 份以上，从这里起没有读",
        "`---` splits this file into more than {limit} documents; from here on they were not read",
    ),
    why=Phrase(
        "没读到的剧本就没有检查，不能当作通过。", "A playbook that was not read was not checked, and must not pass."
    ),
    fix=Phrase("拆成几个文件", "split it into several files"),
    bad="",
    good="---\nid: a\n---\nid: b\n",
)
