//! Real stores that replicas share. They need their servers, which `make test` installs: its section `stores` runs these.

mod limits;
