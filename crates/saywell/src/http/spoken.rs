//! What every door that answers with sound has in common: a request becomes an order, and its sound, or what is wrong, the
//! answer.

use std::sync::Arc;

use axum::response::Response;

use super::error::ApiError;
use super::silence;
use super::speech::{naming_the_field, standing};
use crate::app::App;
use crate::identity::Caller;
use crate::order::Order;
use crate::request::SpeechRequest;
use crate::speak::SpokenReply;

/// Speaks, and answers with what `answer` makes of it; where there is nothing to say, with what `silent` makes of that.
///
/// # Errors
/// Why it cannot be spoken, in the words that this caller is told; with where the caller stands.
pub(super) async fn answered(
    app: &App,
    caller: Caller,
    request: SpeechRequest,
    answer: impl AsyncFnOnce(SpokenReply, &Arc<Order>) -> Result<Response, ApiError>,
    silent: impl FnOnce(ApiError, &SpeechRequest) -> Result<Response, ApiError>,
) -> Result<Response, ApiError> {
    let order = app.orders.open(caller, request).await?;
    let answer = match app.speak.speak(&order).await {
        Err(error) => Err(naming_the_field(error, order.request())),
        Ok(speech) => answer(speech, &order).await,
    };
    let answer = answer.or_else(|error| {
        if silence::instead(&error, &order.request().text) {
            silent(error, order.request())
        } else {
            Err(error.told_to(order.caller()))
        }
    });
    standing(answer, order.standing())
}
