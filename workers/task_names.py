"""The tasks' names, for those who send what other workers do.

Each begins with the module of the task, which its queue follows from. Plain texts: of an enum's
member Celery would take the `name`.
"""

PUBLISH_MARKET = "workers.market.publish_market"
CHECK_PLANS = "workers.monitor.check_plans"
TAKE_IN_PLANS = "workers.monitor.take_in_plans"
CHECK_PLAN = "workers.monitor.check_plan"
RESUME_STALLED = "workers.monitor.resume_stalled"
PLACE_ORDER = "workers.place.place_order"
PLACE_ORDERS = "workers.place.place_orders"
TRACK_ORDERS = "workers.track.track_orders"
SWEEP_ORDERS = "workers.track.sweep_orders"
ANALYZE_EXECUTION = "workers.analyze.analyze_execution"
