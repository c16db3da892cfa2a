//! What the week was like.

use super::{Argument, Given, Language, Prompt, Says};
use crate::mcp::completion::Source;

pub const PROMPT: Prompt = Prompt {
    name: "weekly_review",
    title: "Weekly review",
    description: "Looks back on a week of training and recovery and says what to change.",
    arguments: &[Argument {
        name: "week",
        description: "last_week, this_week or a day of it, default last_week",
        required: false,
        completes: Source::Fixed(&["last_week", "this_week"]),
    }],
    says: Says::Text(says),
};

fn says(given: &Given, language: Language) -> String {
    match language {
        Language::English => {
            let week = match given.or("week", "last_week") {
                "last_week" => "last week (Monday to Sunday)".to_owned(),
                "this_week" => "this week so far (from Monday)".to_owned(),
                _ => format!(
                    "the week of {} (Monday to Sunday)",
                    given.quoted("week", language).unwrap_or_default()
                ),
            };
            format!(
                "\
Review my training: {week}.

Read get_today; for that week list_events(oldest, newest), list_activities(oldest, newest) and get_wellness(oldest, newest, mode=trend); and \
get_training_summary(oldest, newest) from three weeks before it to its end.

Judge as an experienced endurance coach:
- plan against done: missed, cut short, harder than meant
- hours and load against the three weeks before; CTL up by more than 7 a week is steep; monotony above 2 is much of the same
- were hard days hard and easy days easy? Low/mid/high tells
- recovery: the week's mean HRV against its normal range, resting HR, sleep, how I felt, form

Answer in about 200 words: verdict in one sentence; 3 to 5 numbers, each beside what is usual for me; what went well; one or two \
things to change next week. End with one question about what the data cannot show: how it felt, stress, what lies ahead."
            )
        }
        Language::Japanese => {
            let week = match given.or("week", "last_week") {
                "last_week" => "先週(月曜〜日曜)".to_owned(),
                "this_week" => "今週(月曜から今日まで)".to_owned(),
                _ => format!(
                    "{}の週(月曜〜日曜)",
                    given.quoted("week", language).unwrap_or_default()
                ),
            };
            format!(
                "\
{week}のトレーニングを振り返ってください。

まず get_today、続けてその週の list_events(oldest, newest)、list_activities(oldest, newest)、get_wellness(oldest, newest, mode=trend)、\
比較のために3週間前からその週の終わりまでの get_training_summary(oldest, newest) を確認してください。

経験豊富な持久系スポーツのコーチの目で、次の点を見てください。
- 計画と実施の差:できなかった練習、短くした練習、予定より強度が上がった練習
- 練習時間と負荷を直前の3週間と比較。CTLの上昇が週7を超えていれば上げすぎ。毎日似たような負荷が続く単調さ(monotony が2超)にも注意
- きつい日はしっかり追い込み、楽な日は楽に抑えられていたか(low/mid/high の配分)
- 回復:週平均のHRVと通常範囲との比較、安静時心拍数、睡眠、体感、フォーム(CTL−ATL)

回答は400字程度で。総評を一文、数値を3〜5個(それぞれ普段の値と並べて)、良かった点、来週変えることを1〜2点。\
最後に、データに表れないこと(体感、仕事や生活のストレス、この先の予定)を一つだけ質問してください。"
            )
        }
    }
}
