//! One session, looked at closely.

use super::{Argument, Given, Language, Prompt, Says};
use crate::mcp::completion::Source;

pub const PROMPT: Prompt = Prompt {
    name: "how_did_it_go",
    title: "How did this session go?",
    description: "Judges one session: execution, effort, what to take from it.",
    arguments: &[Argument {
        name: "activity",
        description: "id or name, default the last one",
        required: false,
        completes: Source::Activities,
    }],
    says: Says::Text(says),
};

fn says(given: &Given, language: Language) -> String {
    let activity = given.quoted("activity", language);
    match language {
        Language::English => {
            let find = activity.map_or_else(
                || {
                    "How did my last session go?\n\nlist_activities(limit=1) has its id.".to_owned()
                },
                |activity| {
                    format!(
                        "How did this session go: {activity}?\n\nIf these words begin with an id, take that; else find it with \
                         list_activities(query, limit=5)."
                    )
                },
            );
            format!(
                "\
{find} Read get_activity(id, include=plan,intervals,zones); of its day list_events(oldest, newest) and \
get_wellness(oldest, newest); and compare_activities(reference_id), which finds sessions like it.

Judge as an experienced endurance coach:
- done as planned, step by step? Did power or pace fade over the repeats?
- output against cost: heart rate, decoupling (under 5 % is steady), RPE and feel beside the intensity
- what surrounds it: that morning's form, HRV and sleep; heat, hills, indoors
- better or worse than two or three sessions like it?

Answer in about 150 words: verdict in one sentence; 3 to 5 numbers, each with what it is compared to; what it says about fitness or \
fatigue; one thing for next time. Where RPE or feel is missing, ask how it felt; without a plan, ask what the session was meant to be."
            )
        }
        Language::Japanese => {
            let find = activity.map_or_else(
                || {
                    "直近の練習はどうでしたか。\n\nIDは list_activities(limit=1) でわかります。"
                        .to_owned()
                },
                |activity| {
                    format!(
                        "この練習はどうでしたか:{activity}\n\nこの言葉がIDで始まっていればそのIDを使い、\
                         そうでなければ list_activities(query, limit=5) で探してください。"
                    )
                },
            );
            format!(
                "\
{find}get_activity(id, include=plan,intervals,zones)、その日の list_events(oldest, newest) と \
get_wellness(oldest, newest)、さらに似た練習を探して比べる compare_activities(reference_id) を確認してください。

経験豊富な持久系スポーツのコーチの目で、次の点を見てください。
- ステップごとに計画どおりできたか。本数を重ねるうちにパワーやペースが落ちていないか
- 出力と負担の釣り合い:心拍数、デカップリング(5%未満なら安定)、強度に対するRPEと体感
- 背景:その日の朝のフォーム(CTL−ATL)、HRV、睡眠。暑さ、起伏、室内かどうか
- 似た練習2〜3本と比べて良かったか、悪かったか

回答は300字程度で。結論を一文、数値を3〜5個(何と比べたかも添えて)、体力や疲労について言えること、次回に向けて一つ。\
RPEや体感が入力されていなければどう感じたかを、計画がなければ練習の狙いを尋ねてください。"
            )
        }
    }
}
