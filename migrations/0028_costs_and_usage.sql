CREATE TABLE `cost_days` (
	`team_id` text NOT NULL,
	`date` text NOT NULL,
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
	PRIMARY KEY(`team_id`, `date`, `provider`, `gpu_type`, `service`, `model`, `agent_id`, `workflow_id`, `user_id`, `currency`)
);
--> statement-breakpoint
CREATE TABLE `cost_snapshots` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`date` text NOT NULL,
	`provider` text NOT NULL,
	`gpu_type` text DEFAULT '' NOT NULL,
	`service` text DEFAULT '' NOT NULL,
	`resource` text DEFAULT '' NOT NULL,
	`source` text NOT NULL,
	`line` text DEFAULT '' NOT NULL,
	`cost_micro_usd` integer NOT NULL,
	`effective_micro_usd` integer,
	`list_micro_usd` integer,
	`currency` text DEFAULT 'USD' NOT NULL,
	`original_micro` integer NOT NULL,
	`original_effective_micro` integer,
	`original_list_micro` integer,
	`model` text DEFAULT '' NOT NULL,
	`agent_id` text DEFAULT '' NOT NULL,
	`workflow_id` text DEFAULT '' NOT NULL,
	`run_id` text DEFAULT '' NOT NULL,
	`user_id` text DEFAULT '' NOT NULL,
	`labels` text NOT NULL,
	`focus` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "cost_snapshots_values" CHECK(date GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]' AND currency GLOB '[A-Z][A-Z][A-Z]'),
	CONSTRAINT "cost_snapshots_money" CHECK(typeof(cost_micro_usd) = 'integer' AND typeof(original_micro) = 'integer'
        AND typeof(effective_micro_usd) IN ('integer', 'null') AND typeof(list_micro_usd) IN ('integer', 'null')
        AND typeof(original_effective_micro) IN ('integer', 'null') AND typeof(original_list_micro) IN ('integer', 'null'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `cost_snapshots_key` ON `cost_snapshots` (`team_id`,`date`,`provider`,`gpu_type`,`service`,`resource`,`source`,`line`);--> statement-breakpoint
CREATE INDEX `cost_snapshots_date` ON `cost_snapshots` (`team_id`,`date`,`id`);--> statement-breakpoint
CREATE TABLE `currency_rates` (
	`currency` text NOT NULL,
	`date` text NOT NULL,
	`usd_per_unit` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`currency`, `date`),
	CONSTRAINT "currency_rates_values" CHECK(date GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]' AND currency GLOB '[A-Z][A-Z][A-Z]')
);
--> statement-breakpoint
CREATE INDEX `currency_rates_date` ON `currency_rates` (`date`,`currency`);--> statement-breakpoint
CREATE TABLE `usage_snapshots` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`date` text NOT NULL,
	`provider` text NOT NULL,
	`gpu_type` text DEFAULT '' NOT NULL,
	`service` text DEFAULT '' NOT NULL,
	`resource` text DEFAULT '' NOT NULL,
	`source` text NOT NULL,
	`line` text DEFAULT '' NOT NULL,
	`micro_hours` integer NOT NULL,
	`quantity` real,
	`unit` text,
	`tokens` integer DEFAULT 0 NOT NULL,
	`model` text DEFAULT '' NOT NULL,
	`agent_id` text DEFAULT '' NOT NULL,
	`workflow_id` text DEFAULT '' NOT NULL,
	`run_id` text DEFAULT '' NOT NULL,
	`user_id` text DEFAULT '' NOT NULL,
	`labels` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "usage_snapshots_values" CHECK(date GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]' AND (quantity IS NULL OR quantity >= 0)),
	CONSTRAINT "usage_snapshots_amounts" CHECK(typeof(micro_hours) = 'integer' AND micro_hours >= 0 AND typeof(tokens) = 'integer' AND tokens >= 0)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `usage_snapshots_key` ON `usage_snapshots` (`team_id`,`date`,`provider`,`gpu_type`,`service`,`resource`,`source`,`line`);--> statement-breakpoint
CREATE INDEX `usage_snapshots_date` ON `usage_snapshots` (`team_id`,`date`,`id`);
--> statement-breakpoint
CREATE TRIGGER cost_snapshots_added AFTER INSERT ON cost_snapshots BEGIN
  INSERT INTO cost_days (team_id, date, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency, cost_micro_usd, original_micro, micro_hours, tokens, cost_rows, usage_rows)
  VALUES (NEW.team_id, NEW.date, NEW.provider, NEW.gpu_type, NEW.service, NEW.model, NEW.agent_id, NEW.workflow_id, NEW.user_id, NEW.currency, NEW.cost_micro_usd, NEW.original_micro, 0, 0, 1, 0)
  ON CONFLICT (team_id, date, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency) DO UPDATE SET
    cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd,
    original_micro = original_micro + excluded.original_micro,
    micro_hours = micro_hours + excluded.micro_hours,
    tokens = tokens + excluded.tokens,
    cost_rows = cost_rows + excluded.cost_rows,
    usage_rows = usage_rows + excluded.usage_rows;
END;
--> statement-breakpoint
CREATE TRIGGER cost_snapshots_removed AFTER DELETE ON cost_snapshots BEGIN
  UPDATE cost_days SET cost_micro_usd = cost_micro_usd - OLD.cost_micro_usd, original_micro = original_micro - OLD.original_micro, cost_rows = cost_rows - 1
  WHERE team_id = OLD.team_id AND date = OLD.date AND provider = OLD.provider AND gpu_type = OLD.gpu_type AND service = OLD.service AND model = OLD.model AND agent_id = OLD.agent_id AND workflow_id = OLD.workflow_id AND user_id = OLD.user_id AND currency = OLD.currency;
  DELETE FROM cost_days
  WHERE team_id = OLD.team_id AND date = OLD.date AND provider = OLD.provider AND gpu_type = OLD.gpu_type AND service = OLD.service AND model = OLD.model AND agent_id = OLD.agent_id AND workflow_id = OLD.workflow_id AND user_id = OLD.user_id AND currency = OLD.currency AND cost_rows = 0 AND usage_rows = 0;
END;
--> statement-breakpoint
CREATE TRIGGER cost_snapshots_changed AFTER UPDATE ON cost_snapshots BEGIN
  UPDATE cost_days SET cost_micro_usd = cost_micro_usd - OLD.cost_micro_usd, original_micro = original_micro - OLD.original_micro, cost_rows = cost_rows - 1
  WHERE team_id = OLD.team_id AND date = OLD.date AND provider = OLD.provider AND gpu_type = OLD.gpu_type AND service = OLD.service AND model = OLD.model AND agent_id = OLD.agent_id AND workflow_id = OLD.workflow_id AND user_id = OLD.user_id AND currency = OLD.currency;
  DELETE FROM cost_days
  WHERE team_id = OLD.team_id AND date = OLD.date AND provider = OLD.provider AND gpu_type = OLD.gpu_type AND service = OLD.service AND model = OLD.model AND agent_id = OLD.agent_id AND workflow_id = OLD.workflow_id AND user_id = OLD.user_id AND currency = OLD.currency AND cost_rows = 0 AND usage_rows = 0;
  INSERT INTO cost_days (team_id, date, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency, cost_micro_usd, original_micro, micro_hours, tokens, cost_rows, usage_rows)
  VALUES (NEW.team_id, NEW.date, NEW.provider, NEW.gpu_type, NEW.service, NEW.model, NEW.agent_id, NEW.workflow_id, NEW.user_id, NEW.currency, NEW.cost_micro_usd, NEW.original_micro, 0, 0, 1, 0)
  ON CONFLICT (team_id, date, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency) DO UPDATE SET
    cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd,
    original_micro = original_micro + excluded.original_micro,
    micro_hours = micro_hours + excluded.micro_hours,
    tokens = tokens + excluded.tokens,
    cost_rows = cost_rows + excluded.cost_rows,
    usage_rows = usage_rows + excluded.usage_rows;
END;
--> statement-breakpoint
CREATE TRIGGER usage_snapshots_added AFTER INSERT ON usage_snapshots BEGIN
  INSERT INTO cost_days (team_id, date, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency, cost_micro_usd, original_micro, micro_hours, tokens, cost_rows, usage_rows)
  VALUES (NEW.team_id, NEW.date, NEW.provider, NEW.gpu_type, NEW.service, NEW.model, NEW.agent_id, NEW.workflow_id, NEW.user_id, '', 0, 0, NEW.micro_hours, NEW.tokens, 0, 1)
  ON CONFLICT (team_id, date, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency) DO UPDATE SET
    cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd,
    original_micro = original_micro + excluded.original_micro,
    micro_hours = micro_hours + excluded.micro_hours,
    tokens = tokens + excluded.tokens,
    cost_rows = cost_rows + excluded.cost_rows,
    usage_rows = usage_rows + excluded.usage_rows;
END;
--> statement-breakpoint
CREATE TRIGGER usage_snapshots_removed AFTER DELETE ON usage_snapshots BEGIN
  UPDATE cost_days SET micro_hours = micro_hours - OLD.micro_hours, tokens = tokens - OLD.tokens, usage_rows = usage_rows - 1
  WHERE team_id = OLD.team_id AND date = OLD.date AND provider = OLD.provider AND gpu_type = OLD.gpu_type AND service = OLD.service AND model = OLD.model AND agent_id = OLD.agent_id AND workflow_id = OLD.workflow_id AND user_id = OLD.user_id AND currency = '';
  DELETE FROM cost_days
  WHERE team_id = OLD.team_id AND date = OLD.date AND provider = OLD.provider AND gpu_type = OLD.gpu_type AND service = OLD.service AND model = OLD.model AND agent_id = OLD.agent_id AND workflow_id = OLD.workflow_id AND user_id = OLD.user_id AND currency = '' AND cost_rows = 0 AND usage_rows = 0;
END;
--> statement-breakpoint
CREATE TRIGGER usage_snapshots_changed AFTER UPDATE ON usage_snapshots BEGIN
  UPDATE cost_days SET micro_hours = micro_hours - OLD.micro_hours, tokens = tokens - OLD.tokens, usage_rows = usage_rows - 1
  WHERE team_id = OLD.team_id AND date = OLD.date AND provider = OLD.provider AND gpu_type = OLD.gpu_type AND service = OLD.service AND model = OLD.model AND agent_id = OLD.agent_id AND workflow_id = OLD.workflow_id AND user_id = OLD.user_id AND currency = '';
  DELETE FROM cost_days
  WHERE team_id = OLD.team_id AND date = OLD.date AND provider = OLD.provider AND gpu_type = OLD.gpu_type AND service = OLD.service AND model = OLD.model AND agent_id = OLD.agent_id AND workflow_id = OLD.workflow_id AND user_id = OLD.user_id AND currency = '' AND cost_rows = 0 AND usage_rows = 0;
  INSERT INTO cost_days (team_id, date, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency, cost_micro_usd, original_micro, micro_hours, tokens, cost_rows, usage_rows)
  VALUES (NEW.team_id, NEW.date, NEW.provider, NEW.gpu_type, NEW.service, NEW.model, NEW.agent_id, NEW.workflow_id, NEW.user_id, '', 0, 0, NEW.micro_hours, NEW.tokens, 0, 1)
  ON CONFLICT (team_id, date, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency) DO UPDATE SET
    cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd,
    original_micro = original_micro + excluded.original_micro,
    micro_hours = micro_hours + excluded.micro_hours,
    tokens = tokens + excluded.tokens,
    cost_rows = cost_rows + excluded.cost_rows,
    usage_rows = usage_rows + excluded.usage_rows;
END;
