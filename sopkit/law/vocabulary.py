"""Categories of personal data and uses of them, by Fideslang's keys, in both languages; a field's name goes in, the likely ones come out.

The keys follow the Fideslang taxonomy (github.com/ethyca/fideslang); titles, names of fields and what counts as sensitive under
Chinese law (PIPL 28) are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from sopkit.frozen import dataclass
from sopkit.text import Phrase

MOST: Final = 3
CLOSE: Final = 0.72


@dataclass(frozen=True, slots=True)
class Category:
    key: str
    title: Phrase
    names: tuple[str, ...]
    """What fields of this kind are called, in either language."""
    pipl_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    key: str
    title: Phrase
    names: tuple[str, ...]


def _category(key: str, zh: str, en: str, names: str, *, sensitive: bool = False) -> Category:
    return Category(key, Phrase(zh, en), tuple(names.split("|")), sensitive)


def _use(key: str, zh: str, en: str, names: str) -> Use:
    return Use(key, Phrase(zh, en), tuple(names.split("|")))


CATEGORIES: Final = (
    _category("user.name", "姓名或昵称", "Name", "name|nickname|full name|姓名|昵称|称呼"),
    _category("user.contact", "联系方式", "Contact", "contact|联系方式"),
    _category("user.contact.phone_number", "电话号码", "Phone number", "phone|mobile|telephone|手机号|电话|手机"),
    _category("user.contact.email", "电子邮箱", "E-mail address", "email|e-mail|mailbox|邮箱|邮件地址"),
    _category("user.contact.address", "地址", "Address", "address|shipping address|地址|收货地址|住址"),
    _category("user.contact.address.city", "城市", "City", "city|城市|所在城市"),
    _category("user.unique_id", "内部编号", "Unique id", "member id|customer id|user id|会员号|客户编号|用户编号"),
    _category("user.unique_id.pseudonymous", "平台编号（如 openid）", "Pseudonymous id, such as openid",
              "openid|unionid|external userid|外部联系人编号"),
    _category("user.device", "设备信息", "Device", "device|device model|设备|设备型号"),
    _category("user.device.device_id", "设备标识", "Device id", "device id|idfa|oaid|imei|设备标识"),
    _category("user.device.ip_address", "IP 地址", "IP address", "ip|ip address|IP地址"),
    _category("user.device.cookie_id", "Cookie 标识", "Cookie id", "cookie|cookie id"),
    _category("user.account", "账户信息", "Account", "account|账户|账号"),
    _category("user.account.username", "用户名", "User name", "username|login|用户名|登录名"),
    _category("user.authorization.credentials", "登录凭证", "Credentials", "password|credential|token|密码|口令|凭证", sensitive=True),
    _category("user.demographic", "人口特征", "Demographic", "demographic|birthday|birth date|birth month|生日|出生日期"),
    _category("user.demographic.age_range", "年龄段", "Age range", "age|age range|age band|of age|年龄|年龄段|是否成年"),
    _category("user.demographic.gender", "性别", "Gender", "gender|sex|性别"),
    _category("user.demographic.marital_status", "婚姻状况", "Marital status", "marital status|婚姻|婚姻状况"),
    _category("user.demographic.language", "语言", "Language", "language|语言"),
    _category("user.demographic.religious_belief", "宗教信仰", "Religious belief", "religion|belief|宗教|信仰", sensitive=True),
    _category("user.childrens", "未满十四周岁儿童的信息", "Data of children under fourteen",
              "child|children|kid|baby|儿童|孩子|宝宝|未成年", sensitive=True),
    _category("user.biometric", "生物识别信息", "Biometric", "biometric|生物识别", sensitive=True),
    _category("user.biometric.facial_recognition", "人脸信息", "Facial recognition",
              "face|selfie|skin scan|人脸|测肤照片|面部", sensitive=True),
    _category("user.biometric.fingerprint", "指纹", "Fingerprint", "fingerprint|指纹", sensitive=True),
    _category("user.biometric.voice", "声纹", "Voice", "voiceprint|voice|声纹|录音", sensitive=True),
    _category("user.health_and_medical", "健康与医疗信息", "Health and medical",
              "health|medical|allergy|skin condition|pregnancy|健康|病史|过敏史|肤质检测|孕期", sensitive=True),
    _category("user.financial", "金融账户信息", "Financial", "financial|bank card|income|银行卡|收入|金融账户", sensitive=True),
    _category("user.financial.credit_card", "银行卡号", "Payment card", "credit card|card number|卡号|信用卡", sensitive=True),
    _category("user.payment", "支付信息", "Payment", "payment|payment method|支付|付款方式"),
    _category("user.government_id", "证件号码", "Government id", "id card|passport|identity number|身份证|护照|证件号", sensitive=True),
    _category("user.location", "大致位置", "Location", "location|region|province|位置|地区|省份"),
    _category("user.location.precise", "精确定位与行踪", "Precise location", "gps|precise location|track|定位|行踪|经纬度", sensitive=True),
    _category("user.behavior", "行为记录", "Behaviour", "behavior|behaviour|activity|source|活跃度|行为|来源"),
    _category("user.behavior.browsing_history", "浏览记录", "Browsing history", "browse|browsing|views|cart|product|浏览|购物车|加购"),
    _category("user.behavior.purchase_history", "购买记录", "Purchase history",
              "order|orders|purchase|spent|amount|points|tier|订单|购买|消费额|积分|等级"),
    _category("user.behavior.media_consumption", "内容观看记录", "Media consumption", "video watched|reading|观看|阅读"),
    _category("user.behavior.search_history", "搜索记录", "Search history", "search|keywords|搜索"),
    _category("user.content", "客户提供的内容", "Content of users", "review|rating|survey|feedback|photo|评价|评分|晒单|照片|反馈"),
    _category("user.content.private", "私人通信", "Private content", "chat|message|conversation|聊天|会话|消息记录"),
    _category("user.content.public", "公开发布的内容", "Public content", "post|comment|留言|帖子|公开评论"),
    _category("user.social", "社交关系", "Social", "friends|referrer|relations|好友|推荐人|关系"),
    _category("user.workplace", "工作单位", "Workplace", "company|employer|job|公司|职业|单位"),
    _category("user.privacy_preferences", "隐私选择", "Privacy preferences", "consent|preference|opt-out|同意|偏好设置|退订"),
)  # fmt: skip

USES: Final = (
    _use("essential.service", "提供服务", "Provide the service", "service|onboarding|membership|服务|入会"),
    _use("essential.service.authentication", "身份验证", "Authentication", "login|authentication|登录|验证"),
    _use("essential.service.notifications", "服务通知", "Service notices", "notice|reminder|notification|提醒|通知"),
    _use("essential.service.notifications.sms", "短信通知", "Service notices by SMS", "sms notice|短信通知"),
    _use("essential.service.payment_processing", "支付与订单", "Payment and orders", "transaction|order|payment|订单|支付|售后"),
    _use("essential.service.operations.support", "客户服务", "Support", "customer service|support|care|客服|客户服务|关怀"),
    _use("essential.fraud_detection", "防欺诈", "Fraud detection", "fraud|risk control|风控|防欺诈"),
    _use("essential.legal_obligation", "履行法定义务", "Legal obligation", "legal|tax|法定|税务"),
    _use("functional.service.improve", "改进服务", "Improve the service", "improve|feedback|改进|反馈"),
    _use("functional.storage", "记住选择", "Remember choices", "preferences|偏好"),
    _use("analytics.reporting", "统计报表", "Reporting", "report|analytics|measurement|统计|报表|分析"),
    _use("analytics.reporting.campaign_insights", "活动评估", "Campaign insights", "campaign|活动评估"),
    _use("marketing.advertising.first_party.targeted", "自有个性化营销", "Own personalised advertising",
         "personalised promotion|personalisation|profiling|个性化|个性化营销"),
    _use("marketing.advertising.first_party.contextual", "自有非个性化营销", "Own general advertising", "promotion|advertising|营销|推广"),
    _use("marketing.advertising.third_party.targeted", "第三方个性化广告", "Third-party targeted advertising",
         "audience upload|third party|投放人群包"),
    _use("marketing.communications.sms", "短信营销", "Marketing by SMS", "sms marketing|短信营销"),
    _use("marketing.communications.email", "邮件营销", "Marketing by e-mail", "email marketing|邮件营销"),
    _use("marketing.communications", "内容推送", "Content sent to followers", "feed|newsletter|content|内容|关注"),
    _use("personalize.content", "个性化内容", "Personalised content", "recommendation|推荐"),
    _use("third_party_sharing.personalized_advertising", "提供给第三方", "Sharing with third parties", "sharing|partner|共享|合作方"),
    _use("functional.service.loyalty", "会员积分与权益", "Loyalty programme", "loyalty|points|tier|积分|等级"),
)  # fmt: skip

BASES: Final[Mapping[str, Phrase]] = {
    "consent": Phrase("个人同意", "consent"),
    "contract": Phrase("履行合同所必需", "necessary for a contract"),
    "legal-duty": Phrase("法定职责或义务", "a legal duty"),
    "legitimate-interests": Phrase("正当利益", "legitimate interests"),
    "vital-interests": Phrase("保护生命健康或财产", "vital interests"),
    "public-task": Phrase("公共利益", "a public task"),
    "public-information": Phrase("已公开的信息", "public information"),
}
BY_KEY: Final[Mapping[str, Category]] = {one.key: one for one in CATEGORIES}


def is_known(key: str) -> bool:
    """Whether the category is in the table."""
    return key in BY_KEY


def is_sensitive(key: str | None) -> bool:
    """Whether data of the category, or of one it belongs to, are sensitive personal information under Chinese law."""
    while key:
        if key in BY_KEY and BY_KEY[key].pipl_sensitive:
            return True
        key = key.rpartition(".")[0]
    return False


def is_of_children(key: str | None) -> bool:
    return key is not None and (key == "user.childrens" or key.startswith("user.childrens."))


def nearest_categories(*words: str) -> tuple[str, ...]:
    """Return the keys of the categories that fields of these names, titles or keys most likely have, best first."""
    scored = sorted(
        ((_likeness(words, (one.key, *one.names)), one.key) for one in CATEGORIES), key=lambda pair: (-pair[0], pair[1])
    )
    return tuple(key for score, key in scored[:MOST] if score >= CLOSE)


@lru_cache(maxsize=1024)
def nearest_use(*words: str) -> Use | None:
    """Return the use that a purpose of these names most likely is."""
    best = max(USES, key=lambda one: _likeness(words, (one.key, *one.names)))
    return best if _likeness(words, (best.key, *best.names)) >= CLOSE else None


def _likeness(words: Iterable[str], names: Iterable[str]) -> float:
    """Return how alike the likeliest pair is: 1 for the same, less for a part, else by letters, and 0 where these are not close."""
    best = 0.0
    for word in words:
        plain = re.sub(r"[-_ ]+", " ", word).casefold().strip()
        for name in names:
            best = max(best, _alike(plain, name.casefold()))
    return best


def _alike(word: str, name: str) -> float:
    if not word:
        return 0.0
    if word == name:
        return 1.0
    if _holds(word, name):
        return 0.8 + 0.15 * len(name) / len(word)
    alike = SequenceMatcher(None, word, name)
    bounds = (alike.real_quick_ratio, alike.quick_ratio)  # no ratio is above them: most words are told apart by them
    return alike.ratio() * 0.95 if all(bound() * 0.95 >= CLOSE for bound in bounds) else 0.0


def _holds(word: str, name: str) -> bool:
    """Whether the name is a part of the word: whole words of a language that has them, two signs at least of one that has not."""
    if name.isascii():
        return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", word) is not None
    return len(name) >= 2 and name in word
