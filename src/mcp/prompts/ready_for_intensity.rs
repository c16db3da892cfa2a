//! Hard today, or not.

use super::{Argument, Given, Language, Prompt, Says};
use crate::mcp::completion::Source;

pub const PROMPT: Prompt = Prompt {
    name: "ready_for_intensity",
    title: "Am I ready for intensity today?",
    description: "Weighs recovery, form and plan: go, adjust, or an easy day.",
    arguments: &[Argument {
        name: "session",
        description: "what it would be, default what is planned",
        required: false,
        completes: Source::Fixed(&[
            "threshold",
            "VO2max",
            "sprints",
            "tempo",
            "race",
            "strength",
        ]),
    }],
    says: Says::Text(says),
};

fn says(given: &Given, language: Language) -> String {
    let session = given.quoted("session", language);
    match language {
        Language::English => {
            let session = session.unwrap_or_else(|| "what is planned today".to_owned());
            format!(
                "\
Am I ready for intensity today? The session: {session}.

Read get_today, list_events(oldest=today, newest=tomorrow, include_steps=true) and \
get_wellness(oldest=-6d, fields=all).

Judge as an experienced endurance coach; no single number decides:
- HRV: its 7-day mean against the normal range, not one morning; far above normal is no green light by itself
- resting HR and sleep against normal; fatigue, soreness, mood and motivation as I entered them
- form (below -30 is high risk), days since the last hard session, what comes tomorrow
- illness, fever or injury rule intensity out, whatever the numbers say
One warning sign: shorten it, or let the warm-up decide. Two or more: easy, or rest.

Answer in about 120 words: first go, adjust or easy day; then the 3 to 5 numbers that decide; then the session as I should do it, \
what to watch in the warm-up and when to stop. If I entered no feelings today, ask about legs, sleep, stress and signs of illness, \
and call the verdict provisional."
            )
        }
        Language::Japanese => {
            let session = session.unwrap_or_else(|| "今日予定されているもの".to_owned());
            format!(
                "\
今日は高強度の練習をしてよい状態でしょうか。練習内容:{session}。

get_today、list_events(oldest=today, newest=tomorrow, include_steps=true)、get_wellness(oldest=-6d, fields=all) を確認してください。

経験豊富な持久系スポーツのコーチとして判断してください。一つの数値だけでは決めないこと。
- HRV:今朝の値ではなく7日平均を通常範囲と比べる。大きく上振れしていても、それだけでは好調の証拠にならない
- 安静時心拍数と睡眠は通常範囲との比較。疲労感、筋肉痛、気分、意欲は私が入力した内容をもとに
- フォーム(CTL−ATL、−30未満は高リスク)、前回の高強度からの日数、明日の予定
- 体調不良、発熱、けががあれば、数値がどうであれ高強度は行わない
気になる点が一つなら、短くするか、ウォームアップの感触で決める。二つ以上なら低強度か休養。

回答は250字程度で。まず「実施」「調整して実施」「楽な日にする」のどれかを述べ、決め手になった数値を3〜5個。\
続けて今日の具体的なメニュー、ウォームアップで確かめること、中止する目安を。\
今日の体感が入力されていなければ、脚の状態、睡眠、ストレス、体調不良の兆しを尋ね、結論は暫定だと断ってください。"
            )
        }
    }
}
