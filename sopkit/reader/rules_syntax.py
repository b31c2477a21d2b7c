"""Rules about YAML itself: where the writing of a file breaks off, in the words of someone who does not know YAML."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.text import Phrase

QUOTE_IT: Final = Phrase("加上引号", "quote it")
USE_COLON: Final = Phrase("换成英文冒号加空格", "use a plain colon and a space")
USE_COMMA: Final = Phrase("换成英文逗号加空格", "use a plain comma and a space")
ADD_SPACE: Final = Phrase("冒号后面加一个空格", "put a space behind the colon")

LOST: Final = Phrase(
    "从这里起，后面的内容读不出来，也就没法检查。", "From here on the document can't be read, and so can't be checked."
)

MISSING_SPACE_AFTER_COLON: Final = Rule(
    code="SOP020",
    name="missing-space-after-colon",
    severity=Severity.ERROR,
    summary=Phrase("冒号后面少了空格", "a colon with no space behind it"),
    message=Phrase("“{key}:”的冒号后面少了一个空格", "there is no space behind the colon of `{key}:`"),
    why=Phrase(
        "冒号后面没有空格，整行会被当成一段文字，而不是键和值。",
        "Without the space the whole line is a text, and no key with a value.",
    ),
    fix=Phrase("在冒号后面加一个空格", "put a space behind the colon"),
    bad="id:welcome\ntitle: 欢迎\n",
    good="id: welcome\ntitle: 欢迎\n",
)
MISSING_COLON: Final = Rule(
    code="SOP021",
    name="missing-colon",
    severity=Severity.ERROR,
    summary=Phrase("这一行少了冒号", "a line that lacks its colon"),
    message=Phrase(
        "“{text}”这一行没有冒号，不知道是键还是文字",
        "the line `{text}` has no colon, so it is neither a key nor a value",
    ),
    why=LOST,
    fix=Phrase(
        "如果它是键，{better}；如果是上一行文字的下半句，请缩进得比上一行的键更深",
        "if it is a key, {better}; if it continues the text above, indent it further than the key above",
    ),
    bad="id: welcome\nsteps\n  - do: 电话欢迎\n",
    good="id: welcome\nsteps:\n  - do: 电话欢迎\n",
)
COLON_IN_TEXT: Final = Rule(
    code="SOP022",
    name="colon-in-text",
    severity=Severity.ERROR,
    summary=Phrase("文字里有冒号，却没加引号", "an unquoted text with a colon in it"),
    message=Phrase("“{text}”里有冒号，要加引号", "`{text}` holds a colon and needs quotes"),
    why=Phrase("英文冒号加空格会被当成又一个键。", "A colon with a space behind it is taken for one more key."),
    fix=Phrase(
        "给整段文字加上引号，或者改用中文冒号“：”", "quote the whole text, or use the full-width colon `：` in it"
    ),
    bad="title: 提醒: 今晚开播\n",
    good='title: "提醒: 今晚开播"\n',
)
BAD_INDENT: Final = Rule(
    code="SOP023",
    name="bad-indent",
    severity=Severity.ERROR,
    summary=Phrase("缩进没有对齐", "a line that is not aligned"),
    message=Phrase("这一行的缩进没有对齐：{reason}", "this line is not aligned with those around it: {reason}"),
    why=Phrase(
        "YAML 靠缩进判断谁属于谁，差一个空格就归错了地方。",
        "YAML tells by the indent what belongs to what; one space more or less moves it elsewhere.",
    ),
    fix=Phrase(
        "{better}同一级的行从同一列开始，下一级多缩进两个空格",
        "{better}lines of one level start in the same column, and those of the next two spaces further in",
    ),
    bad="stages:\n    first:\n      title: 认知期\n  second:\n    title: 激活期\n",
    good="stages:\n  first:\n    title: 认知期\n  second:\n    title: 激活期\n",
)
MISPLACED_DASH: Final = Rule(
    code="SOP024",
    name="misplaced-dash",
    severity=Severity.ERROR,
    summary=Phrase("列表的短横线放错了位置", "a list item in the wrong place"),
    message=Phrase("这里不能用“- ”开始一项：{reason}", "no list item can start here: {reason}"),
    why=LOST,
    fix=Phrase(
        "列表要另起一行写在键的下面，每一项的“- ”上下对齐；如果“-”是文字的一部分，请加引号",
        "start the list on a line of its own below its key, the dashes in one column; if the dash is text, quote it",
    ),
    bad="owner: - guide\n",
    good="owner: guide\n",
)
UNCLOSED_QUOTE: Final = Rule(
    code="SOP025",
    name="unclosed-quote",
    severity=Severity.ERROR,
    summary=Phrase("引号没有配对", "a quote that is never closed"),
    message=Phrase(
        "这个引号（{quote}）没有在该结束的地方结束", "this quote ({quote}) is not closed where its text ends"
    ),
    why=Phrase("少了后引号，下面的行全被当成文字。", "Without the closing quote the lines below are taken for text."),
    fix=Phrase("在文字结尾补上同样的英文引号", "close the text with the same plain quote"),
    bad='title: "新客旅程\nowner: guide\n',
    good='title: "新客旅程"\nowner: guide\n',
)
TEXT_AFTER_QUOTE: Final = Rule(
    code="SOP026",
    name="text-after-quote",
    severity=Severity.ERROR,
    summary=Phrase("引号只括住了一半文字", "quotes round only a part of a text"),
    message=Phrase("后引号之后还有文字“{text}”", "there is more text, `{text}`, behind the closing quote"),
    why=Phrase(
        "以引号开头的值到后引号就结束了，后面的文字无处安放。",
        "A value that begins with a quote ends with the closing quote; nothing may follow.",
    ),
    fix=Phrase(
        "把整段文字都括起来；里面的引号改用“”或单引号",
        "put the quotes round the whole text, and use other quotes inside it",
    ),
    bad='title: "新客"旅程\n',
    good="title: “新客”旅程\n",
)
UNCLOSED_BRACKET: Final = Rule(
    code="SOP027",
    name="unclosed-bracket",
    severity=Severity.ERROR,
    summary=Phrase("括号没有配对", "a bracket that is never closed"),
    message=Phrase("“{bracket}”没有对应的“{closing}”{because}", "`{bracket}` has no `{closing}` to match{because}"),
    why=LOST,
    fix=Phrase(
        "补上“{closing}”；如果括号或“#”是文字的一部分，请给那段文字加引号",
        "add the `{closing}`; if the bracket or a `#` is text, quote that text",
    ),
    bad="starts_on: [member-joined, member-joined-in-shop\nowner: guide\n",
    good="starts_on: [member-joined, member-joined-in-shop]\nowner: guide\n",
)
UNQUOTED_BRACKET: Final = Rule(
    code="SOP028",
    name="unquoted-bracket",
    severity=Severity.ERROR,
    summary=Phrase("带括号的文字没有加引号", "an unquoted text with brackets"),
    message=Phrase(
        "“{text}”是文字，里面有英文括号，要加引号", "`{text}` is a text with brackets in it and needs quotes"
    ),
    why=Phrase(
        "英文的 [ ] 和 { } 在 YAML 里表示列表和键值，文字不能直接以它们开头。",
        "To YAML [ ] and { } are lists and mappings; an unquoted text can't begin with them, nor hold them inside one.",
    ),
    fix=Phrase("给整段文字加上引号；或者改用【】", "quote the whole text"),
    bad="title: [晨曦] 新客旅程\n",
    good="title: 【晨曦】新客旅程\n",
)
MISSING_COMMA: Final = Rule(
    code="SOP029",
    name="missing-comma",
    severity=Severity.ERROR,
    summary=Phrase("括号里少了逗号", "a comma that is missing between brackets"),
    message=Phrase("“{text}”前面少了逗号", "there is no comma before `{text}`"),
    why=LOST,
    fix=Phrase(
        "在它前面加英文逗号；如果前后是一段文字，请加引号",
        "put a comma before it; if it is one text with what stands before, quote it",
    ),
    bad="steps:\n  - {do: 电话欢迎, by: guide minutes: 5}\n",
    good="steps:\n  - {do: 电话欢迎, by: guide, minutes: 5}\n",
)
STRAY_SIGN: Final = Rule(
    code="SOP030",
    name="stray-sign",
    severity=Severity.ERROR,
    summary=Phrase("多了一个标点", "a sign with nothing before it"),
    message=Phrase(
        "这里的“{sign}”是多余的，或者前面少了内容", "this `{sign}` is one too many, or something is missing before it"
    ),
    why=LOST,
    fix=Phrase(
        "删掉它，或者补上前面的值；如果它是文字，请加引号",
        "take it out, or write what is missing before it; if it is text, quote it",
    ),
    bad="starts_on: [, member-joined]\n",
    good="starts_on: [member-joined]\n",
)
UNQUOTED_COMPARISON: Final = Rule(
    code="SOP031",
    name="unquoted-comparison",
    severity=Severity.ERROR,
    summary=Phrase("大于号没有加引号", "an unquoted greater-than sign"),
    message=Phrase("“{text}”以 > 开头，要改成 ≥ 或者加引号", "`{text}` begins with `>`: write `≥`, or quote it"),
    why=Phrase(
        "值以 > 开头时，YAML 以为后面几行是一大段文字。",
        "A value that begins with `>` tells YAML that a long text follows.",
    ),
    fix=Phrase("写成 {better}", "write {better}"),
    bad="target: >= 15%\n",
    good="target: ≥ 15%\n",
)
UNQUOTED_SIGN: Final = Rule(
    code="SOP032",
    name="unquoted-sign",
    severity=Severity.ERROR,
    summary=Phrase("文字以特殊符号开头，没有加引号", "an unquoted text that begins with a special sign"),
    message=Phrase("“{text}”以“{sign}”开头，要加引号", "`{text}` begins with `{sign}` and needs quotes"),
    why=Phrase(
        "@ % * & ! | ? 和反引号放在开头，在 YAML 里另有含义。",
        "At the start of a value @ % * & ! | ? and the backtick have a meaning of their own in YAML.",
    ),
    fix=Phrase("给整段文字加上引号", "quote the whole text"),
    bad="title: @所有人 今晚开播\n",
    good='title: "@所有人 今晚开播"\n',
)
BAD_ESCAPE: Final = Rule(
    code="SOP033",
    name="bad-escape",
    severity=Severity.ERROR,
    summary=Phrase("双引号里的反斜杠用错了", "a backslash in double quotes that means nothing"),
    message=Phrase("双引号里的“{text}”没有含义", "`{text}` means nothing inside double quotes"),
    why=Phrase(
        "在双引号里，反斜杠和后面的字合起来有特殊含义。",
        "Inside double quotes a backslash gives the next character a special meaning.",
    ),
    fix=Phrase(
        "改用单引号，或者把反斜杠写成两个；表情符号请直接输入",
        "use single quotes, or double the backslash; type emoji as they are",
    ),
    bad='file: "D:\\剧本"\n',
    good="file: 'D:\\剧本'\n",
)
UNINDENTED_BLOCK: Final = Rule(
    code="SOP034",
    name="unindented-block",
    severity=Severity.ERROR,
    summary=Phrase("| 下面的文字没有缩进", "a text below `|` that is not indented"),
    message=Phrase(
        "上面用“{sign}”开始了一段文字，这一行要缩进", "the text that `{sign}` begins above must be indented"
    ),
    why=Phrase("没有缩进的行不算那段文字，会被丢在外面。", "A line that is not indented does not belong to the text."),
    fix=Phrase(
        "这段文字的每一行都比上面的键多缩进两个空格",
        "indent every line of the text two spaces further than the key above",
    ),
    bad="text: |\n您好，欢迎入会\n",
    good="text: |\n  您好，欢迎入会\n",
)
TEXT_AFTER_BLOCK_SIGN: Final = Rule(
    code="SOP035",
    name="text-after-block-sign",
    severity=Severity.ERROR,
    summary=Phrase("| 后面直接跟了文字", "a text on the line of its `|`"),
    message=Phrase("“|”后面的文字“{text}”要另起一行", "the text `{text}` behind `|` belongs on the next line"),
    why=Phrase(
        "“|”表示下面几行是一段文字，同一行不能再写内容。",
        "`|` says that a text follows on the lines below; its own line must end there.",
    ),
    fix=Phrase(
        "把文字写到下一行并缩进；只有一行的话，去掉“|”",
        "put the text on the next line, indented; for a single line take the `|` out",
    ),
    bad="text: | 您好，欢迎入会\n",
    good="text: |\n  您好，欢迎入会\n",
)
QUOTES_IN_TEXT: Final = Rule(
    code="SOP036",
    name="quotes-in-text",
    severity=Severity.WARNING,
    summary=Phrase("引号成了文字的一部分", "quotes that are part of the text"),
    message=Phrase("“{quote}”会留在文字里，不算引号", "`{quote}` stays in the text here: it quotes nothing"),
    why=Phrase(
        "在 YAML 里，只有开头和结尾都用英文引号，引号才不算文字。",
        "To YAML only plain quotes at both ends are quotes; any other is read as a part of the text.",
    ),
    fix=Phrase(
        "换成英文引号，或者去掉；如果就是要显示出来，请在外面再加英文引号",
        "use plain quotes or take them out; to show them, put plain quotes round all of it",
    ),
    bad="id: welcome\nname: “base-zh”\n",
    good="id: welcome\nname: base-zh\ntitle: “双11”大促\n",
)
UNREADABLE_YAML: Final = Rule(
    code="SOP039",
    name="unreadable-yaml",
    severity=Severity.ERROR,
    summary=Phrase("从这里起读不出来", "a place from which the file can't be read"),
    message=Phrase(
        "从“{text}”起读不出来，多半是这一行或上一行的缩进、引号或括号有误",
        "the file can't be read from `{text}` on: look for an indent, quote or bracket in this line or the one above",
    ),
    why=LOST,
    fix=Phrase(
        "对照上一行检查缩进，引号和括号要成对",
        "compare the indent with the line above, and see that quotes and brackets come in pairs",
    ),
    bad="id: welcome\n...\nowner: guide\n",
    good="id: welcome\nowner: guide\n",
)
