//! The way to a race.

use super::{Argument, Given, Language, Prompt, Says};
use crate::mcp::completion::Source;

pub const PROMPT: Prompt = Prompt {
    name: "build_to_race",
    title: "Build to a race",
    description: "Sketches the weeks from today to a race: phases, load, key sessions, taper.",
    arguments: &[
        Argument {
            name: "race",
            description: "name or date, default the next one",
            required: false,
            completes: Source::Races,
        },
        Argument {
            name: "hours_per_week",
            description: "time to train",
            required: false,
            completes: Source::Fixed(&["5", "7", "10", "12", "15"]),
        },
    ],
    says: Says::Text(says),
};

fn says(given: &Given, language: Language) -> String {
    let race = given.quoted("race", language);
    let hours = given.quoted("hours_per_week", language);
    match language {
        Language::English => {
            let race = race.unwrap_or_else(|| "my next race".to_owned());
            let hours = hours.map_or_else(String::new, |hours| format!(" Hours a week: {hours}."));
            format!(
                "\
Sketch the way to {race}.{hours}

Read get_today, list_events(categories=race), list_events(oldest=today, newest) up to race day, get_athlete, \
get_training_summary(oldest=-83d) and get_fitness(project_to) with race day.

Plan back from race day as an experienced endurance coach:
- taper 7 to 14 days, for B and C races a few: volume down by 40 to 60 %, some intensity kept, form 5 to 20 on the day
- before it 4 to 8 weeks of race-specific work, before that base; every third or fourth week lighter
- from the load that I really carried in these 12 weeks, CTL up by 3 to 6 a week at most
- too little time: say what is realistic and what to leave out

Answer: verdict in one sentence; 3 to 5 numbers (weeks left, CTL now and on race day, hours); a table by week: Monday's date, phase, \
hours, load, key sessions; then the risks and the first check on the way (a test, a smaller race). Mark projections as estimates. \
If no race is found, ask for its date and distance first. Ask for what is missing: goal, hours a week, days off, injuries, the \
course. Offer to write out the first week."
            )
        }
        Language::Japanese => {
            let race = race.unwrap_or_else(|| "次のレース".to_owned());
            let hours =
                hours.map_or_else(String::new, |hours| format!("週あたりの練習時間:{hours}。"));
            format!(
                "\
{race}に向けた道筋を描いてください。{hours}

get_today、list_events(categories=race)、レース当日までの list_events(oldest=today, newest)、get_athlete、\
get_training_summary(oldest=-83d)、レース当日までの get_fitness(project_to) を確認してください。

経験豊富な持久系スポーツのコーチとして、レース当日から逆算してください。
- テーパーは7〜14日(B・Cレースは数日)。量を40〜60%落とし、強度は少し残して、当日のフォーム(CTL−ATL)を+5〜+20に
- その前の4〜8週間はレースに即した練習、さらに前は基礎づくり。3〜4週に一度は負荷を落とす
- この12週間に実際にこなした負荷を出発点に、CTLの上昇は週3〜6まで
- 期間が足りなければ、現実的な目標と、割り切って省くことを率直に伝える

回答は、結論を一文、数値を3〜5個(残り週数、現在と当日のCTL、練習時間)、週ごとの表(月曜の日付、フェーズ、時間、負荷、\
キーとなる練習)、続けてリスクと途中で最初に力試しをする機会(テストや小さなレース)を。予測値には推定と明記してください。レースが見つからなければ、先に日付と距離を尋ねてください。\
足りない情報(目標、週の練習時間、休みたい日、故障の有無、コース)は尋ね、最後に最初の1週間を詳しく書き出すか聞いてください。"
            )
        }
    }
}
