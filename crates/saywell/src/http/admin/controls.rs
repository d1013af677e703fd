//! The controls: what is in force, and changing it.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Operator;
use crate::app::App;
use crate::controls::{Change, ControlState};
use crate::http::body;
use crate::http::error::{ApiError, ErrorCode, brief};

/// What is in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct Controls {
    /// Whether speech is on, be it by the controls or by the settings.
    pub enabled: bool,
    /// The providers that are asked now, in order.
    pub chain: Vec<String>,
    /// Every provider of the settings, in their order.
    pub providers: Vec<String>,
    /// Every plan that there is, by name.
    pub plans: Vec<String>,
    /// What operators have set.
    pub state: ControlState,
}

impl Controls {
    fn new(app: &App, state: &ControlState) -> Self {
        let names = |chain: &crate::chain::Chain| {
            chain.providers().iter().map(|link| link.name().to_owned()).collect::<Vec<_>>()
        };
        Self {
            enabled: state.enabled.unwrap_or(app.settings.enabled),
            chain: names(&app.speak.chain_under(state)),
            providers: names(&app.speak.chain),
            plans: app.settings.plans.iter().map(|(name, _)| name.to_owned()).collect(),
            state: state.clone(),
        }
    }
}

/// What is in force.
#[utoipa::path(
    get, path = "/admin/api/controls", tag = "admin",
    responses(
        (status = 200, description = "What is in force", body = Controls),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`: too many wrong keys"),
    )
)]
pub async fn controls(State(app): State<App>, _: Operator) -> Json<Controls> {
    Json(Controls::new(&app, &app.controls.state()))
}

/// Changes one thing: here at once, on every replica within a second.
#[utoipa::path(
    post, path = "/admin/api/controls", tag = "admin", request_body = Change,
    responses(
        (status = 200, description = "What is in force now", body = Controls),
        (status = 400, description = "`invalid_request`, `unknown_provider`"),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`: too many wrong keys"),
        (status = 413, description = "`text_too_long`: the body is too large"),
        (status = 503, description = "`overloaded`: others change something at the same time"),
    )
)]
pub async fn change(
    State(app): State<App>,
    Operator { who }: Operator,
    body::Json(change): body::Json<Change>,
) -> Result<Json<Controls>, ApiError> {
    let named = match &change {
        Change::SetProvider { provider, .. } => std::slice::from_ref(provider),
        Change::SetProviderOrder { order: Some(order) } => order.as_slice(),
        _ => &[],
    };
    let links = app.speak.chain.providers();
    if let Some(unknown) = named.iter().find(|name| links.iter().all(|link| link.name() != name.as_str())) {
        let there_is = links.iter().map(|link| link.name()).collect::<Vec<_>>().join(", ");
        let message = format!("There is no provider `{unknown}`; there is {there_is}.");
        return Err(ApiError::new(ErrorCode::UnknownProvider, message).param("provider"));
    }
    if let Change::SetPlan { plan: Some(plan), .. } = &change
        && app.settings.plans.get(plan).is_none()
    {
        let there_is = app.settings.plans.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
        let message = format!("There is no plan `{}`; there is {there_is}.", brief(plan));
        return Err(ApiError::invalid("plan", message));
    }
    let change = change.of_users(|user| app.settings.user_case.fold(user));
    let state = app.controls.change(&who, &change).await?;
    tracing::info!(
        who,
        action = change.name(),
        revision = state.revision,
        "an operator changed the controls"
    );
    Ok(Json(Controls::new(&app, &state)))
}
