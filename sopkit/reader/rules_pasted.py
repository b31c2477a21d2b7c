"""Rules about what comes into a file from another program: the marks of a merge, a table, a fence, the bullets of a list."""

from __future__ import annotations

from typing import Final

from sopkit.diagnostics import Rule, Severity
from sopkit.text import Phrase

MERGE_CONFLICT: Final = Rule(
    code="SOP013",
    name="merge-conflict",
    severity=Severity.ERROR,
    summary=Phrase("合并冲突还没有解决", "a merge conflict that is not settled"),
    message=Phrase(
        "这里有没解决的合并冲突：两个人改了同一处，git 把两种写法都留下了",
        "a merge conflict is left here: two people changed the same lines, and git kept both versions",
    ),
    why=Phrase(
        "在选定一种写法之前，整个文件都不能当作剧本来读。",
        "Until one version is chosen, nothing in the file can be taken for the playbook.",
    ),
    fix=Phrase(
        "对照两种写法，留下要用的那一种，再删掉 <<<<<<<、=======、>>>>>>> 这三行",
        "compare the two versions, keep the one that holds, and delete the lines `<<<<<<<`, `=======` and `>>>>>>>`",
    ),
    bad="id: welcome\n<<<<<<< HEAD\ntitle: 入会欢迎\n=======\ntitle: 欢迎入会\n>>>>>>> new-title\n",
    good="id: welcome\ntitle: 入会欢迎\n",
)
PASTED_TABLE: Final = Rule(
    code="SOP014",
    name="pasted-table",
    severity=Severity.ERROR,
    summary=Phrase("直接粘贴了表格里的行", "rows pasted from a spreadsheet"),
    message=Phrase(
        "这里像是从表格粘贴来的：各格之间是 Tab，没有键",
        "this looks pasted from a spreadsheet: cells with tabs between them, and no keys",
    ),
    why=Phrase(
        "表格靠列的位置说明每格是什么，剧本靠键；没有键就读不出来。",
        "A table says by its columns what each cell is, and a playbook by its keys; without keys it can't be read.",
    ),
    fix=Phrase(
        "每行写成列表的一项：以“- ”开头，每格前面写上它的键，如 do、by、within",
        "make each row an item of a list: begin it with `- `, and write before each cell its key, as `do`, `by`, `within`",
    ),
    bad="id: welcome\nsteps:\n电话欢迎\t导购\t1天\n寄送样品\t导购\t3天\n",
    good="id: welcome\nsteps:\n  - {do: 电话欢迎, by: guide, within: 1d}\n  - {do: 寄送样品, by: guide, within: 3d}\n",
)
CODE_FENCE: Final = Rule(
    code="SOP015",
    name="code-fence",
    severity=Severity.ERROR,
    summary=Phrase("多了文档里的 ``` 行", "a ``` line of a document"),
    message=Phrase(
        "“{text}”是文档或聊天里标示代码的记号，不属于剧本",
        "`{text}` marks code in documents and chats, and is no part of a playbook",
    ),
    why=Phrase(
        "YAML 不认识它，从这里起就读不下去。", "YAML does not know it, so the document can't be read from here on."
    ),
    fix=Phrase("删掉 ``` 开头的行", "delete the lines that begin with ```"),
    bad="```yaml\nid: welcome\ntitle: 入会欢迎\n```\n",
    good="id: welcome\ntitle: 入会欢迎\n",
)
LIST_SIGN: Final = Rule(
    code="SOP016",
    name="list-sign",
    severity=Severity.ERROR,
    summary=Phrase("列表的一项没有以“- ”开头", "a list item that does not begin with `- `"),
    message=Phrase(
        "列表的每一项要以英文短横线加一个空格开头，{found}",
        "each item of a list begins with a hyphen and a space; {found}",
    ),
    why=Phrase(
        "别的符号，或者少了空格，都只算文字，这几行就不成列表。",
        "Any other sign, or a hyphen with no space, is plain text, and the lines make no list.",
    ),
    fix=Phrase("每一项都以“- ”开头，上下对齐", "begin each item with `- `, all in one column"),
    bad="steps:\n  • do: 电话欢迎\n    by: guide\n",
    good="steps:\n  - do: 电话欢迎\n    by: guide\n",
)
