//! The coming days, as a proposal.

use super::{Argument, Given, Language, Prompt, Says};
use crate::mcp::completion::Source;

pub const PROMPT: Prompt = Prompt {
    name: "plan_my_week",
    title: "Plan my week",
    description: "Proposes the next seven days, and puts them into the calendar when you agree.",
    arguments: &[
        Argument {
            name: "hours",
            description: "time to train",
            required: false,
            completes: Source::Fixed(&["4", "6", "8", "10", "12", "15"]),
        },
        Argument {
            name: "days_off",
            description: "e.g. Monday, Friday",
            required: false,
            completes: Source::Fixed(&[
                "Monday",
                "Tuesday",
                "Wednesday",
                "Thursday",
                "Friday",
                "Saturday",
                "Sunday",
            ]),
        },
        Argument {
            name: "focus",
            description: "e.g. threshold, recovery",
            required: false,
            completes: Source::Fixed(&[
                "endurance",
                "tempo",
                "threshold",
                "VO2max",
                "race pace",
                "recovery",
            ]),
        },
    ],
    says: Says::Text(says),
};

fn says(given: &Given, language: Language) -> String {
    let wishes = |names: [(&str, &str); 3], between: &str| {
        let said: Vec<String> = names
            .into_iter()
            .filter_map(|(name, called)| Some(format!("{called}{}", given.quoted(name, language)?)))
            .collect();
        said.join(between)
    };
    match language {
        Language::English => {
            let wishes = wishes(
                [
                    ("hours", "hours "),
                    ("days_off", "days off "),
                    ("focus", "focus "),
                ],
                ", ",
            );
            let wishes = match wishes.as_str() {
                "" => String::new(),
                wishes => format!(" My wishes: {wishes}."),
            };
            format!(
                "\
Plan my next seven days, from tomorrow.{wishes}

Read get_today(days_ahead=7), get_training_summary(oldest=-27d), list_activities(oldest=-9d), get_athlete and get_help(topic=workouts).

Plan as an experienced endurance coach:
- keep races, absences and what the calendar already holds
- load near the mean of the last four weeks, at most a tenth more; clearly less with form below -30, HRV below normal, illness, \
or a race within two weeks
- two hard days, three at most, not in a row; one long session; the rest truly easy (Z1-Z2); at least one day off
- stay within my hours and days

Answer: the idea in one sentence; a table of day, sport, session, time, estimated load and purpose; totals beside the last four \
weeks. Each hard session as workout text as get_help describes it; where list_workouts(query) has one of mine that fits, take that and \
name it. Check the whole with save_events(events, dry_run=true), tell me load, form and clashes, and save it only when I agree; if you may not \
write, show the texts in code blocks for me to paste. What I left open (hours, days off, goal) take from the last four weeks, say \
so, and ask."
            )
        }
        Language::Japanese => {
            let wishes = wishes(
                [
                    ("hours", "使える時間"),
                    ("days_off", "休みたい日"),
                    ("focus", "重点"),
                ],
                "、",
            );
            let wishes = match wishes.as_str() {
                "" => String::new(),
                wishes => format!("希望:{wishes}。"),
            };
            format!(
                "\
明日から7日間の練習計画を立ててください。{wishes}

先に get_today(days_ahead=7)、get_training_summary(oldest=-27d)、list_activities(oldest=-9d)、get_athlete、\
get_help(topic=workouts) を確認してください。

経験豊富な持久系スポーツのコーチとして、次のように組み立ててください。
- レース、休養や休暇など、すでにカレンダーにある予定は動かさない
- 負荷は直近4週間の平均前後、増やしても1割まで。フォーム(CTL−ATL)が−30を下回る、HRVが通常範囲より低い、体調が悪い、\
レースまで2週間以内、のどれかに当てはまれば、はっきり減らす
- 高強度の日は2日、多くて3日とし、連日にしない。ロングを1回、残りはしっかり抑えた低強度(Z1〜Z2)、完全休養日を1日以上
- 使える時間と曜日の範囲に収める

回答は、狙いを一文で述べてから、表(曜日、種目、内容、時間、推定負荷、目的)と、合計を直近4週間と並べたものを。\
高強度の練習は、get_help が説明する書式のワークアウトテキストにしてください。\
list_workouts(query) に合うものがあれば、新しく作らずにそれを名前を挙げて使ってください。\
全体を save_events(events, dry_run=true) で確認して、負荷、フォーム、予定の重なりを伝え、私が同意してから保存してください。\
書き込めない場合は、そのまま貼り付けられるようコードブロックで示してください。\
指定のない項目(使える時間、休みたい日、目標)は直近4週間から仮に決め、そのことを書いたうえで尋ねてください。"
            )
        }
    }
}
