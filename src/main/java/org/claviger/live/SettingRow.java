package org.claviger.live;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** What administrators say of one setting. */
@Entity
@Table(name = "setting")
class SettingRow {
    @Id
    String settingKey = "";

    String settingValue = "";
}
