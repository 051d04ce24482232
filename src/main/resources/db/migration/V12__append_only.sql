-- Evidence and prices are never changed, not even by the tables' owner.
create trigger task_event_append_only before update or delete or truncate on task_event
    for each statement execute function refuse_change();
create trigger credit_price_append_only before update or delete or truncate on credit_price
    for each statement execute function refuse_change();
