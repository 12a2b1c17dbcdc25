/** The rules that are measured, over the orders of sample-orders.ts. */

const stream = `streams:
  orders:
    partitionKey: event.customerId
    eventTime: event.at
    eventId: event.id
`;

/** Ten filters, of which about one in a hundred events passes any. */
const filters = [
  'event.type == "order" && event.total > 599',
  'event.country == "FR" && event.total > 595',
  'event.type == "return" && event.stars == 1 && event.total > 580',
  'event.channel == "partner" && event.express && event.quantity > 19',
  'event.total > 500 && event.country != "GB" && event.express && event.stars < 2',
  'event.quantity * event.total > 11900',
  'event.type == "dispatched" && !event.express && event.total < 0.5',
  'event.country in ["NL", "IE"] && event.channel == "phone" && event.total > 590',
  'event.channel == "web" && event.type == "return" && event.total > 595',
  'event.stars <= 2 && event.type == "order" && event.total > 598',
];

export const statelessRules = `pipeline: stateless
${stream}rules:
${filters
  .map(
    (filter, number) => `  rule-${number}:
    from: orders
    where: >-
      ${filter}
    alert:
      severity: low
      title: 'Order {{ event.orderId }} of {{ event.customerId }}: {{ event.total }}'
`,
  )
  .join('')}`;

/** Of two orders a customer, eight in a day are rare. */
export const slidingWindow = `pipeline: sliding
${stream}rules:
  often:
    from: orders
    groupBy:
      customer: event.customerId
    window:
      sliding: 24h
    aggregate:
      orders: count()
      spent: sum(event.total)
    having: orders >= 8
    alert:
      severity: low
      title: '{{ customer }} placed {{ orders }} orders worth {{ spent }}'
`;

/** Of the orders of a customer, few are followed by both within half a day. */
export const threeSteps = `pipeline: steps
${stream}rules:
  bad-experience:
    groupBy:
      customer: event.customerId
    sequence:
      - order:
          from: orders
          where: event.type == "order" && event.total > 200
      - dispatched:
          from: orders
          where: event.type == "dispatched"
      - returned:
          from: orders
          where: event.type == "return" && event.stars <= 2 && event.quantity <= order.quantity
    within: 12h
    alert:
      severity: high
      title: '{{ customer }} sent {{ returned.orderId }} back after {{ order.orderId }}'
`;

/** The same with whole events as evidence: every field of every event is made. */
export const statelessWhole = whole(statelessRules);
export const slidingWhole = whole(slidingWindow);

export const tumblingWindow = slidingWindow.replace('sliding: 24h', 'tumbling: 24h');

function whole(pipeline: string): string {
  return pipeline.replaceAll('      severity: low\n', '      severity: low\n      evidenceFields: all\n');
}
