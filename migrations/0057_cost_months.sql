CREATE TABLE `cost_months` (
	`team_id` text NOT NULL,
	`month` text NOT NULL,
	`provider` text NOT NULL,
	`gpu_type` text NOT NULL,
	`service` text NOT NULL,
	`model` text NOT NULL,
	`agent_id` text NOT NULL,
	`workflow_id` text NOT NULL,
	`user_id` text NOT NULL,
	`currency` text NOT NULL,
	`cost_micro_usd` integer NOT NULL,
	`original_micro` integer NOT NULL,
	`micro_hours` integer NOT NULL,
	`tokens` integer NOT NULL,
	`cost_rows` integer NOT NULL,
	`usage_rows` integer NOT NULL,
	PRIMARY KEY(`team_id`, `month`, `provider`, `gpu_type`, `service`, `model`, `agent_id`, `workflow_id`, `user_id`, `currency`)
);
--> statement-breakpoint
DROP INDEX `cost_snapshots_date`;--> statement-breakpoint
CREATE INDEX `cost_snapshots_date` ON `cost_snapshots` (`team_id`,`date`,`id`,`cost_micro_usd`);
--> statement-breakpoint
INSERT INTO cost_months (team_id, month, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency, cost_micro_usd, original_micro, micro_hours, tokens, cost_rows, usage_rows)
  SELECT team_id, substr(date, 1, 7), provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency, sum(cost_micro_usd), sum(original_micro), sum(micro_hours), sum(tokens), sum(cost_rows), sum(usage_rows)
  FROM cost_days GROUP BY team_id, substr(date, 1, 7), provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency;
--> statement-breakpoint
CREATE TRIGGER cost_days_added AFTER INSERT ON cost_days BEGIN
  INSERT INTO cost_months (team_id, month, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency, cost_micro_usd, original_micro, micro_hours, tokens, cost_rows, usage_rows)
  VALUES (NEW.team_id, substr(NEW.date, 1, 7), NEW.provider, NEW.gpu_type, NEW.service, NEW.model, NEW.agent_id, NEW.workflow_id, NEW.user_id, NEW.currency, NEW.cost_micro_usd, NEW.original_micro, NEW.micro_hours, NEW.tokens, NEW.cost_rows, NEW.usage_rows)
  ON CONFLICT (team_id, month, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency) DO UPDATE SET
    cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd,
    original_micro = original_micro + excluded.original_micro,
    micro_hours = micro_hours + excluded.micro_hours,
    tokens = tokens + excluded.tokens,
    cost_rows = cost_rows + excluded.cost_rows,
    usage_rows = usage_rows + excluded.usage_rows;
END;
--> statement-breakpoint
CREATE TRIGGER cost_days_changed AFTER UPDATE ON cost_days BEGIN
  UPDATE cost_months SET cost_micro_usd = cost_micro_usd + NEW.cost_micro_usd - OLD.cost_micro_usd, original_micro = original_micro + NEW.original_micro - OLD.original_micro, micro_hours = micro_hours + NEW.micro_hours - OLD.micro_hours, tokens = tokens + NEW.tokens - OLD.tokens, cost_rows = cost_rows + NEW.cost_rows - OLD.cost_rows, usage_rows = usage_rows + NEW.usage_rows - OLD.usage_rows
  WHERE team_id = NEW.team_id AND month = substr(NEW.date, 1, 7) AND provider = NEW.provider AND gpu_type = NEW.gpu_type AND service = NEW.service AND model = NEW.model AND agent_id = NEW.agent_id AND workflow_id = NEW.workflow_id AND user_id = NEW.user_id AND currency = NEW.currency;
END;
--> statement-breakpoint
CREATE TRIGGER cost_days_removed AFTER DELETE ON cost_days BEGIN
  UPDATE cost_months SET cost_micro_usd = cost_micro_usd - OLD.cost_micro_usd, original_micro = original_micro - OLD.original_micro, micro_hours = micro_hours - OLD.micro_hours, tokens = tokens - OLD.tokens, cost_rows = cost_rows - OLD.cost_rows, usage_rows = usage_rows - OLD.usage_rows
  WHERE team_id = OLD.team_id AND month = substr(OLD.date, 1, 7) AND provider = OLD.provider AND gpu_type = OLD.gpu_type AND service = OLD.service AND model = OLD.model AND agent_id = OLD.agent_id AND workflow_id = OLD.workflow_id AND user_id = OLD.user_id AND currency = OLD.currency;
  DELETE FROM cost_months
  WHERE team_id = OLD.team_id AND month = substr(OLD.date, 1, 7) AND provider = OLD.provider AND gpu_type = OLD.gpu_type AND service = OLD.service AND model = OLD.model AND agent_id = OLD.agent_id AND workflow_id = OLD.workflow_id AND user_id = OLD.user_id AND currency = OLD.currency AND cost_rows = 0 AND usage_rows = 0;
END;
