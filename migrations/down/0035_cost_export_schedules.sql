DROP TABLE `cost_export_schedules`;
