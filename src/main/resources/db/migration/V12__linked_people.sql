-- Plain SQL that H2 2.2 and PostgreSQL 13 and later both understand.

-- Who of a directory, or of the server's own users, is whom of ours: by what never changes over there.
create table linked_person (
    store varchar(16) not null,
    store_id varchar(255) not null,
    subject varchar(22) not null unique,
    primary key (store, store_id)
);

-- The same beside the user, so that no token costs another statement.
alter table resource_owner add column store varchar(16);
alter table resource_owner add column store_id varchar(255);
alter table resource_owner add column confirmed_at timestamp(6) with time zone;
