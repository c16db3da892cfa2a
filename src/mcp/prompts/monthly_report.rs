//! A month, summed up.

use super::{Argument, Given, Language, Prompt, Says};
use crate::mcp::completion::Source;

pub const PROMPT: Prompt = Prompt {
    name: "monthly_report",
    title: "Monthly report",
    description: "Sums up a month against the one before and a year ago.",
    arguments: &[Argument {
        name: "month",
        description: "YYYY-MM, default last month",
        required: false,
        completes: Source::Months,
    }],
    says: Says::Text(says),
};

fn says(given: &Given, language: Language) -> String {
    let month = given.quoted("month", language);
    match language {
        Language::English => {
            let month = month.unwrap_or_else(|| "last month".to_owned());
            format!(
                "\
Report on a month of my training: {month}.

Read get_today; for the month get_training_summary(oldest, newest, group_by=sport, compare_to=previous), the same with \
get_training_summary(oldest, newest, compare_to=last_year), and list_activities(oldest, newest, limit=200); get_wellness(oldest, newest, \
mode=trend) and get_fitness(oldest, newest) from the first of the month before to its end.

Judge as an experienced endurance coach:
- hours, distance and load by sport, against both months
- CTL in the first week and in the last; steady weeks or gaps; how much was easy, how much hard
- plan against done: missed, compliance
- recovery by week: HRV, resting HR, sleep, weight

Answer in about 250 words: the month in one sentence; a small table by sport with the changes; the longest, the hardest and the best \
session with their dates; what to learn from the month; one focus for the next. End by asking what the data cannot show (illness, travel, \
work) and what my goal is now."
            )
        }
        Language::Japanese => {
            let month = month.unwrap_or_else(|| "先月".to_owned());
            format!(
                "\
{month}の月間トレーニングレポートをまとめてください。

get_today、その月の get_training_summary(oldest, newest, group_by=sport, compare_to=previous) と \
get_training_summary(oldest, newest, compare_to=last_year)、list_activities(oldest, newest, limit=200)、前月1日からその月末までの \
get_wellness(oldest, newest, mode=trend) と get_fitness(oldest, newest) を確認してください。

経験豊富な持久系スポーツのコーチの目で、次の点を見てください。
- 種目別の時間、距離、負荷を前月・前年同月と比較
- 最初の週と最後の週のCTL、週ごとの波や空白、低強度と高強度の配分
- 計画と実施の差(できなかった練習、達成率)
- 週ごとの回復:HRV、安静時心拍数、睡眠、体重

回答は500字程度で。その月を一文で言い表し、種目別の小さな表(増減も)、最長・最もきつかった・最も良かった練習とその日付、\
その月から学べること、来月の重点を一つ。最後に、データに表れないこと(体調不良、移動や出張、仕事)と今の目標を尋ねてください。"
            )
        }
    }
}
