//! The exam of what a paid provider counts: what limits and prices are judged by is what its service charges for.

use saywell_stubs::Stub;
use saywell_text::{How, Mark};

use crate::chain::plain::Plain;
use crate::provider::{Provider, Request, gather};

/// Compares what is counted with what the stand-in counts itself: of text, of signs that markup has to escape, of Chinese, at
/// another speed, and with other words in the place of what is written.
pub async fn examine(provider: impl Provider + 'static, like: Request, stub: &Stub) {
    let provider = Plain::new(provider);
    for (text, speed) in [("Fish & chips, please.", 1.0), ("Faster, please.", 1.25), ("你好, world.", 1.0)]
    {
        let comma = text.find(',').expect("there is one");
        let marks = [Mark { text: 0..comma, how: How::Alias("Something <else>".into()) }];
        let plain = Request { text: text.into(), speed, ..like.clone() };
        for request in [Request { marks: marks.to_vec().into(), ..plain.clone() }, plain] {
            let before = stub.charged();
            let _ = gather(provider.speak(request.clone())).await;
            let charged = stub.charged() - before;
            assert!(charged > 0, "it was not asked: {request:?}");
            assert_eq!(provider.extent(&request).characters, charged, "{request:?}");
        }
    }
}
