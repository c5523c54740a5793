//! Whether the site runs a public security video system, and since when: the one fact about it that a duty needs.

use countenance_gate_core::journal::RecordKind;
use countenance_persons::Ctx;
use countenance_trace::{Event, Trace};

use crate::due::day_of;
use crate::{OversightError, PublicVideo, settle, store};

/// Writes down what somebody says.
pub async fn set_public_video(tx: &mut Trace, ctx: &Ctx<'_>, video: PublicVideo) -> Result<(), OversightError> {
    let today = day_of(ctx.now, &ctx.site.time_zone).ok_or(OversightError::Day)?;
    let reason = match video {
        PublicVideo::Unsaid => return Err(OversightError::Unknown),
        PublicVideo::Since(since) if since > today => return Err(OversightError::Day),
        PublicVideo::Since(_) => "video.runs",
        PublicVideo::None => "video.none",
    };
    store::video::set(tx, video).await?;
    tx.leave(Event::site(RecordKind::Changed, reason));
    settle(tx, ctx).await?;
    Ok(())
}
