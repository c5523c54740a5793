use countenance_storage::StoreError;
use countenance_trace::Trace;

use super::day_if_any;
use crate::facts::PublicVideo;

pub(crate) async fn set(tx: &mut Trace, video: PublicVideo) -> Result<(), StoreError> {
    let (runs, since) = match video {
        PublicVideo::Unsaid => (None, None),
        PublicVideo::None => (Some(0_u32), None),
        PublicVideo::Since(day) => (Some(1), Some(day.to_string())),
    };
    tx.change_one(
        "INSERT INTO oversight (one, video, video_since) VALUES (1, $1, $2)
         ON CONFLICT (one) DO UPDATE SET video = excluded.video, video_since = excluded.video_since",
        &[runs.into(), since.as_deref().into()],
    )
    .await
}

pub(crate) async fn lookup(tx: &mut Trace) -> Result<PublicVideo, StoreError> {
    let Some(row) = tx.lookup("SELECT video, video_since FROM oversight", &[]).await? else {
        return Ok(PublicVideo::Unsaid);
    };
    Ok(match (row.get_optional("video")?, day_if_any(&row, "video_since")?) {
        (None, _) => PublicVideo::Unsaid,
        (Some(true), Some(day)) => PublicVideo::Since(day),
        (Some(true), None) => return Err(StoreError::Column { column: "video_since" }),
        (Some(false), _) => PublicVideo::None,
    })
}
