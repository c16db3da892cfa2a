//! What each variable is, in Japanese. The English is in the table of variables itself.

use crate::config::variables::Variable;

/// One line for people who read Japanese.
pub(super) fn of(variable: &Variable) -> Option<&'static str> {
    let found = TEXTS.iter().find(|(name, _)| *name == variable.name);
    found.map(|(_, text)| *text)
}

const TEXTS: &[(&str, &str)] = &[
    (
        "ATHLETE_ID",
        "アスリート ID。Intervals.icu の設定ページに表示されています。",
    ),
    (
        "API_KEY",
        "API キー。Intervals.icu の設定ページの「Developer Settings」で発行します。",
    ),
    (
        "JWT_SECRET_KEY",
        "クライアントに渡すものに署名する鍵。32 文字以上のランダムな文字列で、変えずに使い続けます。",
    ),
    (
        "BASE_URL",
        "公開アドレス。https で始まり、パスは付けません。Railway、Render、Fly では自動的に分かるため省略できます。",
    ),
    ("PORT", "待ち受けるポート。"),
    ("HOST", "待ち受けるアドレス。"),
    (
        "OWNER_PASSWORD",
        "アプリを許可するときに入力するパスワード。12 文字以上。未設定の場合は API_KEY の入力を求めます。",
    ),
    (
        "MCP_API_KEY",
        "OAuth に対応しないクライアント用の、すべての権限を持つキー。24 文字以上。未設定の場合は使えません。",
    ),
    (
        "ALLOWED_ORIGINS",
        "呼び出しを許可する Web ページ。`*` またはオリジンのリスト。BASE_URL がループバックの場合、`*` はループバックのページだけを指します。",
    ),
    (
        "TRUST_PROXY",
        "手前にあるプロキシのうち、X-Forwarded-For を信用する段数。`auto`、`none` または数値。",
    ),
    (
        "TOOLSETS",
        "提供するツールのグループ。`core`、すべてなら `all`。",
    ),
    (
        "READ_ONLY",
        "`true` にすると、何かを変更するツールを提供しません。",
    ),
    ("ACCESS_TOKEN_TTL", "アクセストークンの有効期間。最長 24h。"),
    (
        "REFRESH_TOKEN_TTL",
        "使われないアプリの接続を保つ期間。最長 365d。",
    ),
    (
        "TOKENS_NOT_BEFORE",
        "この時刻より前に発行したものをすべて無効にします。",
    ),
    (
        "JWT_SECRET_KEY_PREVIOUS",
        "鍵の入れ替え中に指定する、以前の JWT_SECRET_KEY。これで署名したものは有効なままです。",
    ),
    (
        "DATA_DIR",
        "再起動後も残すもの(どのアプリの接続を切ったかなど)を置くディレクトリ。未設定の場合はメモリーに置きます。",
    ),
    (
        "REDIS_URL",
        "複数のレプリカが状態を共有する Redis。`redis://` または `rediss://`(TLS)。DATA_DIR より優先されます。",
    ),
    ("LOG_FORMAT", "`text` または `json`。"),
    (
        "RUST_LOG",
        "ログの詳しさ。レベル、またはモジュールごとのレベル。",
    ),
    (
        "LOG_DIR",
        "標準出力に加えて、日ごとのログファイルを書くディレクトリ。",
    ),
    (
        "INTERVALS_BASE_URL",
        "Intervals.icu のアドレス。https、またはループバックの http。",
    ),
    (
        "INTERVALS_RATE",
        "Intervals.icu への 1 秒あたりのリクエスト数。0 は無制限で、ループバックでの既定値です。",
    ),
    (
        "STRICT_PROTOCOL_HEADERS",
        "`true` にすると、ヘッダーが本文と矛盾する、またはヘッダーが欠けている MCP リクエストを拒否します。",
    ),
    (
        "METRICS_TOKEN",
        "これを Bearer トークンとして送る相手に `/metrics` を公開します。24 文字以上。未設定の場合、このパスはありません。",
    ),
];

#[cfg(test)]
mod tests {
    use super::TEXTS;
    use crate::config::variables::ALL;

    #[test]
    fn what_is_described_in_japanese_exists() {
        for (name, _) in TEXTS {
            assert!(ALL.iter().any(|known| known.name == *name), "{name}");
        }
    }
}
