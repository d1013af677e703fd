//! What every part of the gateway stands on: time that tests move by hand, secrets that are never printed, and the clients
//! that call out over the network, and say where their calls belong.

pub mod causes;
pub mod clock;
pub mod net;
pub mod secret;
pub mod trace;
