"""What offices write beside the numbers: plausible tasks, money, difficulties and proposals."""

from __future__ import annotations

from tests.sample_data.truth import stream

DONE = {
    # by the first letters of the task code; the longest that fits is used
    "II.1": (
        "Đài Truyền thanh phát {k} tin, bài; cấp phát {n} tờ rơi về xây dựng xã hội học tập.",
        "Tổ chức Tuần lễ hưởng ứng học tập suốt đời, có {n} lượt người tham dự.",
        "Biểu dương {k} gia đình học tập, dòng họ học tập, cá nhân tiêu biểu.",
    ),
    "II.2": ("Đã tham mưu {m} văn bản hướng dẫn, trình cấp có thẩm quyền xem xét.",),
    "II.3": (
        "Bổ sung {k} học liệu số, {n} lượt người học khai thác.",
        "Tập huấn chuyển đổi số cho {n} cán bộ, giáo viên, giảng viên.",
    ),
    "II.4": (
        "Mở {k} lớp chuyên đề tại trung tâm học tập cộng đồng, {n} lượt học viên.",
        "Mở {m} lớp xóa mù chữ, giáo dục tiếp tục sau khi biết chữ cho {k} người.",
    ),
    "II.5": (
        "Phát động đăng ký công dân học tập, có {n} người đăng ký.",
        "Vận động quỹ khuyến học, trao {k} suất học bổng.",
    ),
    "II.6": ("Tiếp {m} đoàn công tác, trao đổi {m} chương trình hợp tác.",),
    "III": ("Đã lập dự toán gửi cơ quan tài chính; phân bổ cho {m} đơn vị.",),
    "IV": (
        "Đã ban hành kế hoạch và triển khai đến {m} đơn vị trực thuộc.",
        "Kiểm tra {m} đơn vị, nhắc nhở {k} nội dung cần khắc phục.",
        "Tập huấn bộ tiêu chí công dân học tập cho {k} cán bộ cơ sở.",
    ),
}
DIFFICULTIES = (
    "Kinh phí hoạt động của trung tâm học tập cộng đồng còn hạn chế.",
    "Cán bộ phụ trách kiêm nhiệm, hay thay đổi.",
    "Thiết bị công nghệ thông tin ở các ấp xa còn thiếu, đường truyền chưa ổn định.",
    "Lao động đi làm ăn xa nên khó vận động người trong độ tuổi ra lớp.",
    "Chưa có hướng dẫn thống nhất cách tính tỷ lệ người dân có kỹ năng sống.",
    "Việc thu thập số liệu sau sắp xếp đơn vị hành chính còn lúng túng.",
)
PROPOSALS = (
    "Đề nghị bố trí kinh phí riêng cho trung tâm học tập cộng đồng.",
    "Đề nghị Sở Giáo dục và Đào tạo tập huấn cách thu thập, kiểm tra số liệu.",
    "Đề nghị có biểu mẫu thống nhất giữa các ngành.",
    "Đề nghị hỗ trợ máy tính cho các trung tâm ở xã khó khăn.",
)


def tasks_of(reporter: str, year: int, codes: list[str]) -> list[dict[str, object]]:
    """Filled rows of `Thực hiện`: about half of the tasks, the later years further on.

    Money is in million đồng; spent never exceeds planned.
    """
    rows = []
    for code in codes:
        rng = stream("task", reporter, year, code)
        if len(codes) > 3 and rng.random() > 0.5:
            continue
        progress = rng.random() + 0.07 * (year - 2021)
        status = "done" if progress > 0.85 else "in_progress"
        row: dict[str, object] = {
            "task_code": code,
            "status": "not_started" if progress < 0.1 else status,
        }
        if progress >= 0.1:
            group = max((key for key in DONE if code.startswith(key)), key=len)
            text = rng.choice(DONE[group])
            row["text"] = text.format(
                n=10 * rng.randint(4, 90), m=rng.randint(4, 25), k=rng.randint(3, 40)
            )
        if progress >= 0.1 and rng.random() < 0.45:
            planned = 5 * rng.randint(2, 60)
            row["budget_planned"] = planned
            row["budget_spent"] = round(planned * min(1.0, 0.6 + 0.5 * rng.random()))
            row["budget_source"] = rng.choice(
                ("state_budget", "state_budget", "programme", "social")
            )
        if rng.random() < 0.2:
            row["difficulty"] = rng.choice(DIFFICULTIES)
        if rng.random() < 0.12:
            row["proposal"] = rng.choice(PROPOSALS)
        rows.append(row)
    return rows
