"""Rules about files and their bytes: what keeps a file from being read, and characters that nobody can see."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.text import Phrase

UNREADABLE_FILE: Final = Rule(
    code="SOP001",
    name="unreadable-file",
    severity=Severity.ERROR,
    summary=Phrase("文件打不开", "a file that can't be opened"),
    message=Phrase("打不开这个文件：{reason}", "this file can't be opened: {reason}"),
    why=Phrase(
        "没读到的剧本就没有检查，不能当作通过。", "A playbook that was not read was not checked, and must not pass."
    ),
    fix=Phrase(
        "检查文件的访问权限，或者把它移出工作区", "check who may read the file, or move it out of the workspace"
    ),
    bad="",
    good="kind: workspace\nid: aurora\n",
)
FILE_TOO_LARGE: Final = Rule(
    code="SOP002",
    name="file-too-large",
    severity=Severity.ERROR,
    summary=Phrase("文件太大", "a file that is too large"),
    message=Phrase("这个文件有 {size}，超过了 {limit} 的上限", "this file has {size}; at most {limit} are read"),
    why=Phrase(
        "这么大的文件多半不是手写的剧本，读它会拖垮检查。",
        "A file of that size is hardly a playbook that people write, and would stall the check.",
    ),
    fix=Phrase(
        "拆成几个文件；如果放错了地方，请移出工作区",
        "split it into several files; if it is no playbook, move it out of the workspace",
    ),
    bad="",
    good="kind: workspace\nid: aurora\n",
)
TOO_MANY_FILES: Final = Rule(
    code="SOP003",
    name="too-many-files",
    severity=Severity.ERROR,
    summary=Phrase("工作区里的文件太多", "a workspace with too many files"),
    message=Phrase(
        "工作区里的文件超过了上限（{limit}），后面的没有读", "the workspace goes beyond {limit}; the rest was not read"
    ),
    why=Phrase(
        "没读到的剧本就没有检查，不能当作通过。", "A playbook that was not read was not checked, and must not pass."
    ),
    fix=Phrase(
        "看看 sopkit.yaml 是不是放到了太上层的文件夹；或者拆成几个工作区",
        "look whether sopkit.yaml lies in a folder too far up, or split the workspace",
    ),
    bad="",
    good="kind: workspace\nid: aurora\n",
)
TEXT_ENDING: Final = Rule(
    code="SOP017",
    name="text-ending",
    severity=Severity.NOTE,
    summary=Phrase("文件名以 .yaml.txt 结尾，没有读", "a file not read because its name ends in .yaml.txt"),
    message=Phrase("这个文件名以 .txt 结尾，没有读", "the name of this file ends in .txt, so it was not read"),
    why=Phrase(
        "记事本保存时常会加上 .txt，而电脑可能不显示它。",
        "Some editors add .txt when they save, and the computer may not show it.",
    ),
    fix=Phrase("如果它是剧本，改名为 {name}", "if it is a playbook, rename it to {name}"),
    bad="",
    good="kind: workspace\nid: aurora\n",
)
OUTWARD_LINK: Final = Rule(
    code="SOP004",
    name="outward-link",
    severity=Severity.ERROR,
    summary=Phrase("链接指到工作区外面，或者指不到东西", "a link that leads out of the workspace, or nowhere"),
    message=Phrase("这个链接{reason}，没有读", "this link {reason} and was not followed"),
    why=Phrase(
        "链接可能指向任何文件；没读到的剧本就没有检查，不能当作通过。",
        "A link may lead to any file; and a playbook that was not read was not checked, and must not pass.",
    ),
    fix=Phrase("把文件本身放进工作区，不要用链接", "put the file itself into the workspace instead of a link"),
    bad="",
    good="kind: workspace\nid: aurora\n",
)
NOT_UTF8: Final = Rule(
    code="SOP005",
    name="not-utf8",
    severity=Severity.ERROR,
    summary=Phrase("文件不是 UTF-8 编码", "a file that is not UTF-8"),
    message=Phrase("文件不是 UTF-8 编码：{what}", "the file is not UTF-8: {what}"),
    why=Phrase(
        "剧本要在每台电脑上读出来都一样；读不出来的文件就没有检查，不能当作通过。",
        "A playbook must read the same on every computer; what can't be read was not checked, and must not pass.",
    ),
    fix=Phrase("{how}", "{how}"),
    bad="",
    good="kind: workspace\nid: aurora\ntitle: 晨曦美妆\n",
)
CONTROL_CHARACTER: Final = Rule(
    code="SOP006",
    name="control-character",
    severity=Severity.ERROR,
    summary=Phrase("混进了控制字符", "a control character"),
    message=Phrase("这里混进了看不见的控制字符 {code}", "there is an invisible control character here, {code}"),
    why=Phrase(
        "控制字符通常是从别的软件粘贴来的，会让文字显示错乱。",
        "Such characters come in by pasting from other programs and garble the text.",
    ),
    fix=Phrase("删掉它", "take it out"),
    bad="title: 新客\x08旅程\n",
    good="title: 新客旅程\n",
)
BIDIRECTIONAL_CHARACTER: Final = Rule(
    code="SOP007",
    name="bidirectional-character",
    severity=Severity.ERROR,
    summary=Phrase("混进了改变文字方向的字符", "a character that turns the direction of writing"),
    message=Phrase(
        "这里混进了改变文字方向的隐藏字符 {code}",
        "there is a hidden character here that turns the direction of writing, {code}",
    ),
    why=Phrase(
        "它能让屏幕上看到的和实际内容不一样，审批的人会看错。",
        "What the screen shows may then differ from what stands there: who approves it is misled.",
    ),
    fix=Phrase("删掉它", "take it out"),
    bad="title: 新客\u202e旅程\n",
    good="title: 新客旅程\n",
)
INVISIBLE_CHARACTER: Final = Rule(
    code="SOP008",
    name="invisible-character",
    severity=Severity.ERROR,
    summary=Phrase("混进了看不见的字符", "an invisible character"),
    message=Phrase("这里混进了看不见的字符 {code}", "there is an invisible character here, {code}"),
    why=Phrase("看起来一样的两个名字，会因为它对不上。", "Because of it two names that look alike do not match."),
    fix=Phrase("删掉它", "take it out"),
    bad="owner: guide\u200b\n",
    good="owner: guide\n",
)
EMPTY_FILE: Final = Rule(
    code="SOP009",
    name="empty-file",
    severity=Severity.ERROR,
    summary=Phrase("文件里没有内容", "a file without content"),
    message=Phrase("这个文件{what}", "this file {what}"),
    why=Phrase(
        "多半是没保存好，或者整份被注释掉了；它原来声明的岗位、话术等也就都没有了。",
        "It was probably not saved, or commented out as a whole: the roles, scripts and other nouns it declared are gone with it.",
    ),
    fix=Phrase(
        "找回它的内容；不再需要就删掉，或换一个不以 .yaml 结尾的名字",
        "bring its content back; if it is not needed, delete it or give it a name that does not end in .yaml",
    ),
    bad="# kind: workspace\n# id: aurora\n",
    good="kind: workspace\nid: aurora\n",
)
TAB_INDENT: Final = Rule(
    code="SOP010",
    name="tab-indent",
    severity=Severity.ERROR,
    summary=Phrase("用 Tab 缩进", "an indent with tabs"),
    message=Phrase("这一行用了 Tab 缩进{more}", "this line is indented with a tab{more}"),
    why=Phrase(
        "Tab 在不同编辑器里宽度不一样，YAML 不允许用它缩进。",
        "A tab is as wide as each editor likes; YAML does not allow it in an indent.",
    ),
    fix=Phrase("每一级改用两个空格", "use two spaces for each level"),
    bad="steps:\n\t- do: 电话欢迎\n",
    good="steps:\n  - do: 电话欢迎\n",
)
WIDE_BLANK: Final = Rule(
    code="SOP011",
    name="wide-blank",
    severity=Severity.ERROR,
    summary=Phrase("排版处用了全角空格", "a full-width blank in the layout"),
    message=Phrase(
        "这里用了全角空格或网页空格（{code}），不是普通空格{more}",
        "this is a full-width or non-breaking blank ({code}), not a plain space{more}",
    ),
    why=Phrase(
        "看起来是缩进或间隔，YAML 却把它当成文字的一部分。",
        "It looks like an indent or a gap, but YAML takes it for part of the text.",
    ),
    fix=Phrase("切到英文输入法，换成普通空格", "switch to the English input method and type a plain space"),
    bad="steps:\n\u3000\u3000- do: 电话欢迎\n",
    good="steps:\n  - do: 电话欢迎\n",
)
FULL_WIDTH_PUNCTUATION: Final = Rule(
    code="SOP012",
    name="full-width-punctuation",
    severity=Severity.ERROR,
    summary=Phrase("该用英文标点的地方用了中文标点", "full-width punctuation where plain punctuation belongs"),
    message=Phrase(
        "这里的“{wrong}”是中文标点，要用英文的“{right}”", "this `{wrong}` is full-width; a plain `{right}` belongs here"
    ),
    why=Phrase(
        "中文标点在 YAML 里只是普通文字，不能分开键和值。",
        "To YAML full-width punctuation is plain text: it separates nothing.",
    ),
    fix=Phrase(
        "换成英文标点，后面空一格；如果本来就是一段文字，请加引号",
        "type the plain sign and a space; if all of it is text, quote it",
    ),
    bad="id：welcome\ntitle: 欢迎\n",
    good="id: welcome\ntitle: 欢迎\n",
)
