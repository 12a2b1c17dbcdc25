/** Rules of which one record brings several events to one: it reads what others make of the record. */

/** Adds up the events of some streams by customer. */
export const often = (from: string) => `  often:
    from: ${from}
    groupBy:
      customer: event.customer
    window:
      tumbling: 10m
    aggregate:
      n: count()
      spent: sum(event.total)
    having: n >= 1
    emit: changes
    alert:
      severity: low
      title: 'x'`;

/** Makes an event of each order, with something else as its total. */
export const tidy = (name: string, total: string) => `  ${name}:
    from: orders
    select:
      customer: event.customer
      total: ${total}
    into: tidied
`;
