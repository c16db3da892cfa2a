//! What each variable is, in Japanese. The English is in the table of variables itself.

use crate::config::variables::{self as v, Variable};

/// One line for people who read Japanese.
pub(super) fn of(variable: &Variable) -> Option<&'static str> {
    let found = TEXTS.iter().find(|(known, _)| known.name == variable.name);
    found.map(|(_, text)| *text)
}

const TEXTS: &[(Variable, &str)] = &[
    (
        v::ATHLETE_ID,
        "アスリート ID。Intervals.icu の設定ページに表示されています。",
    ),
    (
        v::API_KEY,
        "API キー。Intervals.icu の設定ページの「Developer Settings」で発行します。",
    ),
    (
        v::JWT_SECRET_KEY,
        "クライアントに渡すものに署名する鍵。32 文字以上のランダムな文字列で、変えずに使い続けます。",
    ),
    (
        v::BASE_URL,
        "公開アドレス。https で始まり、パスは付けません。Railway、Render、Fly では自動的に分かるため省略できます。",
    ),
    (v::PORT, "待ち受けるポート。"),
    (v::HOST, "待ち受けるアドレス。"),
    (
        v::OWNER_PASSWORD,
        "アプリを承認するときに入力するパスワード。12 文字以上。未設定の場合は API_KEY の入力を求めます。",
    ),
    (
        v::MCP_API_KEY,
        "OAuth に対応しないクライアント用の、すべての権限を持つキー。24 文字以上。未設定の場合は使えません。",
    ),
    (
        v::ALLOWED_ORIGINS,
        "呼び出しを許可する Web ページ。`*` またはオリジンのリスト。BASE_URL がループバックの場合、`*` はループバックのページだけを指します。",
    ),
    (
        v::TRUST_PROXY,
        "手前にあるプロキシのうち、X-Forwarded-For を信用する段数。`auto`、`none` または数値。",
    ),
    (
        v::TOOLSETS,
        "提供するツールのグループ名。すべてなら `all`。",
    ),
    (
        v::READ_ONLY,
        "`true` にすると、何かを変更するツールを提供しません。",
    ),
    (
        v::ACCESS_TOKEN_TTL,
        "アクセストークンの有効期間。最長 24h。",
    ),
    (
        v::REFRESH_TOKEN_TTL,
        "使われないアプリの接続を保つ期間。最長 365d。",
    ),
    (
        v::TOKENS_NOT_BEFORE,
        "この時刻より前に発行したものをすべて無効にします。",
    ),
    (
        v::JWT_SECRET_KEY_PREVIOUS,
        "鍵の入れ替え中に指定する、以前の JWT_SECRET_KEY。これで署名したものは有効なままです。",
    ),
    (
        v::DATA_DIR,
        "再起動後も残すもの(どのアプリの接続を切ったかなど)を置くディレクトリ。未設定の場合はメモリに置きます。",
    ),
    (v::LOG_FORMAT, "`text` または `json`。"),
    (
        v::RUST_LOG,
        "ログの詳しさ。レベル、またはモジュールごとのレベル。",
    ),
    (
        v::LOG_DIR,
        "標準出力に加えて、日ごとのログファイルを書くディレクトリ。",
    ),
    (
        v::INTERVALS_BASE_URL,
        "Intervals.icu のアドレス。https、またはループバックの http。",
    ),
    (
        v::INTERVALS_RATE,
        "Intervals.icu への 1 秒あたりのリクエスト数。0 は無制限で、ループバックでの既定値です。",
    ),
    (
        v::STRICT_PROTOCOL_HEADERS,
        "`true` にすると、ヘッダーが本文と矛盾する、またはヘッダーが欠けている MCP リクエストを拒否します。",
    ),
];
